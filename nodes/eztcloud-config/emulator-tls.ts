import { field } from '../editor/form';
import type { EditedNode } from '../editor/red';
import { isRecord } from '../editor/suggestions';

/** A `tls-config` node that trusts the emulator. */
export interface MadeTls {
  readonly id: string;
  /** The dialog has been saved: if it was made there, it stays, and can be undone. */
  keep(): void;
  /** The dialog has been cancelled, or another one was chosen: if it was made there, it goes. */
  forget(): void;
}

/** By which it is known; its content is a credential, which the editor does not hold. */
const CA_NAME = 'eztcloud-emulator.pem';

/**
 * A `tls-config` node with the authority `ca` (PEM), offered in the dialog of `node`: the one that there is, or a new one.
 * `made`: what an earlier click has given.
 */
export async function emulatorTls(node: EditedNode<object>, ca: string, made?: MadeTls): Promise<MadeTls> {
  const there = await existing(ca);
  if (there !== undefined && there === made?.id) return made;
  made?.forget();
  const result = there === undefined ? create(node, ca) : { id: there, keep: nothing, forget: nothing };
  offer(node, result.id);
  return result;
}

const nothing = () => undefined;

async function existing(ca: string): Promise<string | undefined> {
  const found: string[] = [];
  RED.nodes.eachConfig((config) => {
    if (config.type === 'tls-config' && !config.d && !config.z && config.caname === CA_NAME)
      found.push(config.id);
    return true;
  });
  for (const id of found) {
    const held = RED.nodes.node(id)?.credentials?.cadata ?? (await storedAuthority(id));
    if (held === ca) return id;
  }
  return undefined;
}

/** As the editor asks for it when it opens the dialog of such a node. */
async function storedAuthority(id: string): Promise<unknown> {
  try {
    const credentials: unknown = await $.getJSON(`credentials/tls-config/${encodeURIComponent(id)}`);
    return isRecord(credentials) ? credentials.cadata : undefined;
  } catch {
    return undefined; // not one that can be used then
  }
}

function create(node: EditedNode<object>, ca: string): MadeTls {
  const type = RED.nodes.getType('tls-config');
  const values = Object.entries(type.defaults).map(([name, { value }]) => [name, value]);
  const id = RED.nodes.id();
  RED.nodes.add({
    ...Object.fromEntries(values),
    id,
    type: 'tls-config',
    z: '',
    users: [],
    changed: true,
    name: node._('eztcloud.emulator.tls'),
    caname: CA_NAME,
    credentials: { cadata: ca },
    _: type._,
    _def: type,
  });
  return {
    id,
    keep() {
      RED.history.push({ t: 'add', nodes: [id], dirty: RED.nodes.dirty() });
      RED.nodes.dirty(true);
    },
    forget() {
      if (RED.nodes.node(id)?.users?.length === 0) RED.nodes.remove(id);
    },
  };
}

/** Puts it among the options of the dialog, which were made when that opened. */
function offer(node: EditedNode<object>, id: string): void {
  const select = field(node, 'tls');
  const options = select.find('option').toArray();
  if (options.some((option) => option.getAttribute('value') === id)) return;
  $('<option>').attr('value', id).text(node._('eztcloud.emulator.tls')).appendTo(select);
}
