import type { UsesProject } from './aliases';
import { field, fieldText } from './form';

let wished = false;

/** Whether the project's dialog is to start the emulator by itself. Tells it once. */
export function isEmulatorWished(): boolean {
  const is = wished;
  wished = false;
  return is;
}

/** Milliseconds between two looks whether the project's dialog has gone. */
const LOOK = 50;

/** Shows, as long as no project is chosen and none exists, a button that makes one with the emulator. For `oneditprepare`. */
export function offerEmulator(node: UsesProject): void {
  const place = $('#ezt-first');
  const cloud = field(node, 'cloud');
  const isMissing = () => (fieldText(node, 'cloud') || '_ADD_') === '_ADD_' && !hasProjects();
  const show = () => place.toggle(isMissing());
  cloud.on('change', show);
  show();
  $('#ezt-first-use').on('click', () => {
    wished = true;
    RED.editor.editConfig('cloud', 'eztcloud-config', '_ADD_', 'node-input', node);
    whenBack(place, () => {
      show();
      if (!isMissing()) nextField().trigger('focus').trigger('click');
    });
  });
}

/** The first device field, whose picker then opens: the emulator's devices are known. */
const nextField = (): JQuery => $('.ezt-form [role=combobox]:visible').first();

function hasProjects(): boolean {
  let found = false;
  RED.nodes.eachConfig(({ type }) => {
    found ||= type === 'eztcloud-config';
    return true;
  });
  return found;
}

/** Runs `then` when `place` is in sight again: Node-RED takes it out of the page as long as another dialog is open. */
function whenBack(place: JQuery, then: () => void): void {
  let gone = false;
  let removed = false;
  place.on('remove', () => {
    removed = true;
  });
  const look = () => {
    if (removed) return;
    const inPage = place[0]?.isConnected === true;
    if (gone && inPage && place.closest('.red-ui-tray').css('right') === '0px') then();
    else window.setTimeout(look, LOOK);
    gone ||= !inPage;
  };
  look();
}
