/** A new element with a class and, if given, a text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text?: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A button with an icon of Font Awesome. `label` is its name for everybody; it is shown unless `iconOnly`. */
export function button(
  icon: string,
  label: string,
  onClick: () => void,
  iconOnly = false,
): HTMLButtonElement {
  const made = element('button', 'red-ui-button red-ui-button-small');
  made.type = 'button';
  const picture = element('i', `fa ${icon}`);
  picture.setAttribute('aria-hidden', 'true');
  made.append(picture);
  if (iconOnly) {
    made.title = label;
    made.setAttribute('aria-label', label);
  } else made.append(' ', element('span', '', label));
  made.addEventListener('click', onClick);
  return made;
}

/** Sets a text only where it is another one: what is not touched need not be drawn again. */
export function setText(where: Element, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

export function setHidden(where: HTMLElement, hidden: boolean): void {
  if (where.hidden !== hidden) where.hidden = hidden;
}

/** Copies `text`, and says so beside `from`. */
export function copy(text: string, from: Element): void {
  RED.clipboard.copyText(text, $(from as HTMLElement), 'clipboard.copyMessageValue');
}

/** A field to search in, with its name. `onInput` is called with what is typed. */
export function searchField(label: string, onInput: (text: string) => void): HTMLInputElement {
  const input = element('input');
  input.type = 'search';
  input.placeholder = label;
  input.setAttribute('aria-label', label);
  input.addEventListener('input', () => onInput(input.value.trim()));
  return input;
}

/** A choice, with its name. */
export function selectField(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  onChange: (value: string) => void,
): HTMLSelectElement {
  const select = element('select');
  select.setAttribute('aria-label', label);
  fillSelect(select, options);
  select.addEventListener('change', () => onChange(select.value));
  return select;
}

/** Gives a choice other options; what is chosen stays if it is among them. */
export function fillSelect(
  select: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
): void {
  const chosen = select.value;
  select.replaceChildren(
    ...options.map(([value, text]) => {
      const option = element('option', '', text);
      option.value = value;
      return option;
    }),
  );
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}
