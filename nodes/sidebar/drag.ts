import { placeNode, READY_TYPES, type ReadyNode } from './place-node';

/** Not `text/plain`: Node-RED takes that for a flow to be imported. */
const KIND = 'application/x-eztcloud-node';

/** Makes `source` draggable; `what`: the node that it becomes, `undefined` for none. */
export function makeDraggable(source: HTMLElement, what: () => ReadyNode | undefined): void {
  source.draggable = true;
  source.addEventListener('dragstart', (event) => {
    const node = what();
    if (!node || !event.dataTransfer) {
      event.preventDefault();
      return;
    }
    event.stopPropagation();
    event.dataTransfer.setData(KIND, JSON.stringify(node));
    event.dataTransfer.effectAllowed = 'copy';
  });
}

/** Takes what is dropped on the workspace; returns how to end that. */
export function takeDrops(): () => void {
  const chart = document.getElementById('red-ui-workspace-chart');
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes(KIND)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };
  const drop = (event: DragEvent) => {
    const node = readNode(event.dataTransfer?.getData(KIND));
    if (!chart || !node) return;
    event.preventDefault();
    const { left, top } = chart.getBoundingClientRect();
    const scale = RED.view.scale();
    placeNode(node, {
      x: (event.clientX - left + chart.scrollLeft) / scale,
      y: (event.clientY - top + chart.scrollTop) / scale,
    });
  };
  chart?.addEventListener('dragover', over);
  chart?.addEventListener('drop', drop);
  return () => {
    chart?.removeEventListener('dragover', over);
    chart?.removeEventListener('drop', drop);
  };
}

/** Another page may give whatever it likes. */
function readNode(data: string | undefined): ReadyNode | undefined {
  if (!data) return undefined;
  try {
    const { type, project, device } = JSON.parse(data) as Partial<ReadyNode>;
    const isReady = READY_TYPES.some((ready) => ready === type);
    if (!isReady || typeof project !== 'string' || typeof device !== 'string') return undefined;
    return { type: type as ReadyNode['type'], project, device };
  } catch (error) {
    console.debug('EZtCloud: dropped something else', error);
    return undefined;
  }
}
