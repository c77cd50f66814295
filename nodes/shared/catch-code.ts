import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { NodeType } from './node-type';

/** What a Catch node receives. */
interface Caught extends NodeMessage {
  error?: { code?: string; source?: { id?: string } };
}
interface Receiving {
  msg: Caught;
  destination: { node: Node };
}

const HOOK = 'onReceive.eztcloud-code';
/** The error that is being raised, and by which node. */
let raised: { code: string; id: string } | undefined;

/**
 * Before 4.1 Node-RED copies the message and the stack of an error for Catch nodes, but not its code. There a node that `make`
 * makes adds `msg.error.code` itself: by a hook that stands only while the error is handed over, so that no other message
 * pays for it.
 */
export function withCodes(RED: NodeAPI, make: NodeType): NodeType {
  const { version }: { version?: () => unknown } = RED; // the test helper has none
  if (!/^4\.0\./.test(String(version?.()))) return make;
  return function (this: Node, raw: NodeDef) {
    const raise = this.error;
    this.error = (problem: unknown, message?: NodeMessage) => {
      const { code } = (problem ?? {}) as { code?: unknown };
      if (typeof code !== 'string') return raise.call(this, problem, message);
      const outer = raised; // one error may lead to the next, where messages are delivered at once
      raised = { code, id: this.id };
      if (!outer) RED.hooks.add(HOOK, addCode);
      try {
        return raise.call(this, problem, message);
      } finally {
        raised = outer;
        if (!outer) RED.hooks.remove(HOOK);
      }
    };
    make.call(this, raw);
  };
}

function addCode({ msg: { error }, destination: { node } }: Receiving): void {
  if (raised && node.type === 'catch' && error?.source?.id === raised.id) error.code ??= raised.code;
}
