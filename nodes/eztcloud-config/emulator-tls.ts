import { field, fieldText } from '../editor/form';
import { isRecord } from '../editor/records';
import type { EditedNode, EditorConfigNode } from '../editor/red';

/** A `tls-config` node that trusts the emulator. */
export interface EmulatorTls {
  readonly id: string;
  /** The dialog has been saved with it: what was done to it there stays, and can be undone. */
  keep(): void;
  /** The dialog has been cancelled, or saved with another one: it is as if nothing had been done to it. */
  forget(): void;
}

/** By which it is known; the file itself is a credential, which the editor does not hold. */
const CA_NAME = 'eztcloud-emulator.pem';
/** The authority of the examples' node: a file that only `npm start` has. Where that is missing, the node is an error. */
const EXAMPLE_CA = '$' + '{EZT_CA_FILE}';

/**
 * A `tls-config` node with the authority `ca` (PEM), offered in the dialog of `node`: the one that is chosen there, if it is
 * the examples'; the one that there is; or a new one. `made`: what an earlier click has given.
 */
export async function emulatorTls(
  node: EditedNode<object>,
  ca: string,
  made: EmulatorTls | undefined,
): Promise<EmulatorTls> {
  const chosen = RED.nodes.node(fieldText(node, 'tls') ?? '');
  if (chosen?.id === made?.id && made) return made;
  made?.forget();
  if (chosen?.type === 'tls-config' && chosen.ca === EXAMPLE_CA) return turn(node, chosen, ca);
  const there = await existing(ca);
  if (there === undefined) return create(node, ca);
  offer(node, there);
  return { id: there, keep: nothing, forget: nothing };
}

const nothing = () => undefined;
const nameOf = (node: EditedNode<object>): string => node._('eztcloud.emulator.tls');

async function existing(ca: string): Promise<string | undefined> {
  const found: EditorConfigNode[] = [];
  RED.nodes.eachConfig((config) => {
    const known = config.type === 'tls-config' && config.caname === CA_NAME && config.ca === '';
    if (known && !config.d && !config.z) found.push(config);
    return true;
  });
  for (const { id, credentials } of found) {
    if ((credentials?.cadata ?? (await storedAuthority(id))) === ca) return id;
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

function create(node: EditedNode<object>, ca: string): EmulatorTls {
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
    name: nameOf(node),
    caname: CA_NAME,
    credentials: { cadata: ca },
    _: type._,
    _def: type,
  });
  offer(node, id);
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

/** The examples' node becomes one for this emulator, so that further examples, which bring the same node, find it. */
function turn(node: EditedNode<object>, config: EditorConfigNode, ca: string): EmulatorTls {
  const { name, caname, credentials } = config;
  const changed = config.changed === true;
  const become = (values: object) => {
    Object.assign(config, values);
    RED.events.emit('nodes:change', config);
  };
  become({ name: nameOf(node), ca: '', caname: CA_NAME, credentials: { cadata: ca }, changed: true });
  offer(node, config.id);
  const before = { name, caname, ca: EXAMPLE_CA };
  return {
    id: config.id,
    keep() {
      RED.history.push({ t: 'edit', node: config, changes: before, changed, dirty: RED.nodes.dirty() });
      RED.nodes.dirty(true);
    },
    forget: () => become({ ...before, credentials, changed }),
  };
}

/** Puts it among the options of the dialog, which were made when that opened. */
function offer(node: EditedNode<object>, id: string): void {
  const select = field(node, 'tls');
  const options = select.find('option').toArray();
  const option = options.find((each) => each.getAttribute('value') === id);
  (option ? $(option) : $('<option>').attr('value', id).appendTo(select)).text(nameOf(node));
}
