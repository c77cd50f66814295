import { firstFlowSteps, type TourEditor } from './first-flow-steps';

declare global {
  /** The tour, for `resources/first-flow.js`, from which Node-RED loads it. */
  var eztcloudFirstFlow: object | undefined;
}

/** The user's setting that remembers it; beside those of Node-RED's own tours. */
const SEEN = 'editor.tours.eztcloud';
const FILE = 'resources/@eztcloud/node-red-eztcloud/first-flow.js';
/** What must be over before it starts by itself: loading, another tour, a question, a dialog. */
const BUSY =
  '#red-ui-loading-progress, .red-ui-tourGuide-shade, .red-ui-popover, .red-ui-tray, .ui-dialog, .red-ui-shade';
/** Looks, a second apart, in a row that must find nothing of these: Node-RED's own tour comes a moment after loading. */
const LOOKS = 3;

const isOurs = ({ type }: { type: string }) => /^ezt(cloud)?-/.test(type);

/** Shows the first flow, step by step; started once by itself, for users to whom the palette is new. */
export function offerFirstFlow(RED: TourEditor): void {
  if (!RED.tourGuide || !RED.actions) return;
  const show = () => showFirstFlow(RED);
  RED.actions.add('eztcloud:first-flow', show, {
    label: RED._('@eztcloud/node-red-eztcloud/eztcloud:eztcloud.tour.title'),
  });
  const loaded = () => {
    RED.events.off('flows:loaded', loaded);
    if (isWanted(RED)) whenQuiet(RED, show);
  };
  RED.events.on('flows:loaded', loaded);
}

/** Whoever may not deploy, has seen it, has switched tours off or has nodes of ours is left alone. */
function isWanted(RED: TourEditor): boolean {
  const { settings, user } = RED;
  if (settings.theme('tours') === false || !settings.get('editor.view.view-show-welcome-tours', true))
    return false;
  return user.hasPermission('flows.write') && !settings.get(SEEN) && !hasNodes(RED);
}

function hasNodes(RED: TourEditor): boolean {
  let found = false;
  const look = (node: { type: string }) => {
    found ||= isOurs(node);
  };
  RED.nodes.eachNode(look);
  RED.nodes.eachConfig(look);
  return found;
}

function whenQuiet(RED: TourEditor, start: () => void, quiet = 0): void {
  setTimeout(() => {
    if (hasNodes(RED)) return;
    const now = $(BUSY).filter(':visible').length > 0 ? 0 : quiet + 1;
    if (now >= LOOKS) start();
    else whenQuiet(RED, start, now);
  }, 1000);
}

function showFirstFlow(RED: TourEditor): void {
  if ($('.red-ui-tourGuide-shade').length > 0) return;
  RED.settings.set(SEEN, true);
  const steps = firstFlowSteps(RED);
  // A dialog that is left by Cancel ends it; the step that waits for that has gone on already.
  let closing = 0;
  const closed = () => {
    closing = window.setTimeout(() => {
      const leftAt = $('.red-ui-tourGuide-popover small').text();
      if (/^[4567]\//.test(leftAt)) $('.red-ui-tourGuide-popover button').first().trigger('click');
    }, 0);
  };
  RED.events.on('editor:close', closed);
  globalThis.eztcloudFirstFlow = { steps };
  RED.tourGuide?.run(new URL(FILE, document.baseURI).href, () => {
    RED.events.off('editor:close', closed);
    clearTimeout(closing);
  });
}
