import { element } from './elements';

/** Pixels of a row. */
const HEIGHT = 28;
/** Rows that are made beyond what is seen, above and below. */
const BEYOND = 8;

export interface VirtualRowsOptions {
  /** What the list is called. */
  label: string;
  /** An empty row, made once and used for whichever device comes into sight. */
  make(): HTMLElement;
  /** Fills the row at `index`. */
  fill(row: HTMLElement, index: number): void;
  /** Another part of the list is seen. */
  onScroll(): void;
  /** The row at `index` is chosen, by click or key. */
  onChoose(index: number): void;
  /** A key that the list does not use itself. */
  onKey(event: KeyboardEvent): void;
}

/** A list of which only the rows in sight exist: a grid for keyboard and screen readers. */
export interface VirtualRows {
  readonly content: HTMLElement;
  /** How many rows there are. */
  setTotal(total: number): void;
  /** Which rows are needed. */
  window(): { offset: number; limit: number };
  /** Fills the rows in sight again. */
  draw(): void;
  /** Marks a row as chosen; -1: none. */
  choose(index: number): void;
  /** The row element of `index`, if it is in sight. */
  rowAt(index: number): HTMLElement | undefined;
  scrollToTop(): void;
}

let lists = 0;

export function createVirtualRows(options: VirtualRowsOptions): VirtualRows {
  lists += 1;
  const id = `ezt-rows-${lists}`;
  const content = element('div', 'ezt-rows');
  content.setAttribute('role', 'grid');
  content.setAttribute('aria-label', options.label);
  content.tabIndex = 0;
  const all = element('div', 'ezt-rows-all');
  all.setAttribute('role', 'rowgroup');
  content.append(all);
  const rows = new Map<number, HTMLElement>();
  let spare: HTMLElement[] = [];
  let total = 0;
  let chosen = -1;

  function window() {
    const first = Math.floor(content.scrollTop / HEIGHT);
    const seen = Math.ceil(content.clientHeight / HEIGHT);
    const offset = Math.max(0, first - BEYOND);
    return { offset, limit: Math.max(0, Math.min(first + seen + BEYOND, total) - offset) };
  }

  function draw() {
    const { offset, limit } = window();
    for (const [index, row] of rows) {
      if (index >= offset && index < offset + limit) continue;
      rows.delete(index);
      spare.push(row);
    }
    for (let index = offset; index < offset + limit; index += 1) {
      const row = rows.get(index) ?? place(index);
      row.setAttribute('aria-selected', String(index === chosen));
      options.fill(row, index);
    }
    for (const row of spare) row.remove();
    spare = [];
    if (chosen >= 0 && rows.has(chosen)) content.setAttribute('aria-activedescendant', `${id}-${chosen}`);
    else content.removeAttribute('aria-activedescendant');
  }

  /** A row that has gone out of sight is used again. */
  function place(index: number): HTMLElement {
    const row = spare.pop() ?? options.make();
    row.setAttribute('role', 'row');
    row.id = `${id}-${index}`;
    row.dataset.index = String(index);
    row.setAttribute('aria-rowindex', String(index + 1));
    row.style.transform = `translateY(${index * HEIGHT}px)`;
    rows.set(index, row);
    all.append(row);
    return row;
  }

  function reveal(index: number) {
    const [top, bottom] = [index * HEIGHT, (index + 1) * HEIGHT];
    if (top < content.scrollTop) content.scrollTop = top;
    else if (bottom > content.scrollTop + content.clientHeight)
      content.scrollTop = bottom - content.clientHeight;
  }

  function choose(index: number) {
    chosen = index;
    draw();
  }

  function go(index: number) {
    if (total === 0) return;
    const to = Math.min(Math.max(index, 0), total - 1);
    reveal(to);
    choose(to);
    options.onChoose(to);
  }

  content.addEventListener('scroll', () => {
    draw();
    options.onScroll();
  });
  content.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element) || target.closest('button')) return;
    const row = target.closest<HTMLElement>('[role=row]');
    if (row) go(Number(row.dataset.index));
  });
  content.addEventListener('keydown', (event) => {
    if (event.target !== content) return; // a button has keys of its own
    const page = Math.max(1, Math.floor(content.clientHeight / HEIGHT) - 1);
    const steps: Record<string, number> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      PageDown: chosen + page,
      PageUp: chosen - page,
      Home: 0,
      End: total - 1,
    };
    const to = steps[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return options.onKey(event);
    event.preventDefault();
    event.stopPropagation();
    go(to);
  });
  new ResizeObserver(() => {
    draw();
    options.onScroll();
  }).observe(content);

  return {
    content,
    setTotal(now) {
      if (now === total) return;
      total = now;
      all.style.height = `${total * HEIGHT}px`;
      content.setAttribute('aria-rowcount', String(total));
    },
    window,
    draw,
    choose,
    rowAt: (index) => rows.get(index),
    scrollToTop() {
      content.scrollTop = 0;
    },
  };
}
