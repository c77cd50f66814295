import { element, setHidden } from './elements';

export interface View {
  id: string;
  label: string;
  content: HTMLElement;
}

let made = 0;

/**
 * Views of which one is shown, with a tab for each (WAI-ARIA tabs: arrows, Home and End change them). `onShow` is called
 * when another is shown.
 */
export function createTabs(label: string, views: readonly View[], onShow: (id: string) => void) {
  made += 1;
  const bar = element('div', 'ezt-tabs');
  bar.setAttribute('role', 'tablist');
  bar.setAttribute('aria-label', label);
  const tabs = views.map(({ id, label: name, content }) => {
    const tab = element('button', '', name);
    tab.type = 'button';
    tab.id = `ezt-tab-${made}-${id}`;
    tab.dataset.view = id;
    tab.setAttribute('role', 'tab');
    content.id = `ezt-view-${made}-${id}`;
    content.classList.add('ezt-view');
    content.setAttribute('role', 'tabpanel');
    content.setAttribute('aria-labelledby', tab.id);
    tab.setAttribute('aria-controls', content.id);
    tab.addEventListener('click', () => show(id));
    bar.append(tab);
    return tab;
  });
  let shown = '';

  function show(id: string) {
    if (id === shown) return;
    shown = id;
    for (const [i, view] of views.entries()) {
      const isShown = view.id === id;
      setHidden(view.content, !isShown);
      tabs[i]?.setAttribute('aria-selected', String(isShown));
      if (tabs[i]) tabs[i].tabIndex = isShown ? 0 : -1;
    }
    onShow(id);
  }

  bar.addEventListener('keydown', (event) => {
    const at = views.findIndex(({ id }) => id === shown);
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1 + views.length,
      Home: 0,
      End: views.length - 1,
    };
    const step = steps[event.key];
    const next = step === undefined ? undefined : step % views.length;
    if (next === undefined) return;
    event.preventDefault();
    show(views[next]?.id ?? shown);
    tabs[next]?.focus();
  });
  return {
    bar,
    show,
    get shown() {
      return shown;
    },
  };
}
