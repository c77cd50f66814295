import { type Listed, stateOf } from './device-row';
import { makeDraggable } from './drag';
import { button, element, setHidden, setText } from './elements';
import { placeNode, READY_TYPES, type ReadyType } from './place-node';
import { say, sayDuration, sayTime } from './say';

export interface DeviceRowOptions {
  project(): string;
  deviceAt(index: number): Listed | undefined;
  now(): number;
}

const LABELS = { 'ezt-in': 'in', 'ezt-attr-out': 'attrOut', 'ezt-command-out': 'commandOut' } as const;

/** The name of a node, as the palette has it. */
export const readyName = (type: ReadyType): string => say(`palette.${LABELS[type]}`);

/** The rows of the list of devices. */
export function createDeviceRow({ project, deviceAt, now }: DeviceRowOptions) {
  function openMenu(row: HTMLElement, index: number) {
    const device = deviceAt(index)?.device;
    if (device === undefined) return;
    const menu = RED.popover.menu({
      options: READY_TYPES.map((type) => ({
        label: readyName(type),
        onselect: () => void placeNode({ type, project: project(), device }),
      })),
      disposeOnClose: true,
      onclose: () => row.closest<HTMLElement>('[role=grid]')?.focus(),
    });
    menu.show({ target: $(row.querySelector('button') ?? row), align: 'left', offset: [20, 2] });
    // It takes keys of the whole page, but the list would take them first.
    $('.red-ui-popover-panel:visible a').first().trigger('focus');
  }

  const indexOf = (row: HTMLElement) => Number(row.dataset.index);

  return {
    openMenu,
    make(): HTMLElement {
      const row = element('div', 'ezt-row');
      const who = element('div', 'ezt-who');
      const dot = element('span', 'ezt-dot');
      dot.setAttribute('role', 'img');
      const alarm = element('i', 'fa fa-bell ezt-alarm');
      alarm.setAttribute('role', 'img');
      alarm.setAttribute('aria-label', say('sidebar.inAlarm'));
      alarm.title = say('sidebar.inAlarm');
      who.append(dot, alarm, element('span', 'ezt-name'), element('span', 'ezt-username'));
      const age = element('div', 'ezt-age');
      const add = element('div', 'ezt-add');
      const plus = button('fa-plus', say('sidebar.add'), () => openMenu(row, indexOf(row)), true);
      plus.tabIndex = -1;
      add.append(plus);
      for (const cell of [who, age, add]) cell.setAttribute('role', 'gridcell');
      row.append(who, age, add);
      makeDraggable(row, () => {
        const device = deviceAt(indexOf(row))?.device;
        return device === undefined ? undefined : { type: 'ezt-in', project: project(), device };
      });
      return row;
    },
    fill(row: HTMLElement, index: number): void {
      const listed = deviceAt(index);
      const [who, age] = row.children;
      if (!who || !age) return;
      const [dot, alarm, name, username] = who.children;
      if (!dot || !alarm || !name || !username) return;
      row.classList.toggle('ezt-loading', listed === undefined);
      const state = listed ? stateOf(listed) : 'unheard';
      dot.setAttribute('aria-label', say(`sidebar.deviceState.${state}`));
      row.dataset.state = state;
      setHidden(alarm as HTMLElement, listed?.alarm !== true);
      setText(name, listed ? listed.name || listed.device : '…');
      setText(username, listed?.name ? listed.device : '');
      const lastSeen = listed?.lastSeen ?? null;
      setText(age, lastSeen === null ? '' : sayDuration(now() - lastSeen));
      row.title = listed
        ? [
            listed.name,
            listed.device,
            lastSeen === null ? '' : say('sidebar.heardAt', { time: sayTime(lastSeen) }),
          ]
            .filter((line) => line !== '')
            .join('\n')
        : '';
    },
  };
}
