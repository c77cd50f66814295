import type { Node, NodeAPI, NodeDef } from 'node-red';
import should from 'should';
import { EztError } from '../../../cloud';
import { withCodes } from '../../../nodes/shared/catch-code';

type Hook = (event: { msg: unknown; destination: { node: { type: string } } }) => void;

/** Node-RED of that version, as far as errors go: a node's error reaches the Catch node as 4.0 hands it over. */
function nodeRed(version: string) {
  const hooks = new Map<string, Hook>();
  const caught: { error: { code?: string; source: { id: string } } }[] = [];
  let calls = 0;
  const RED = {
    version: () => version,
    hooks: {
      add: (name: string, hook: Hook) => {
        calls += 1;
        should(hooks.has(name)).be.false();
        hooks.set(name, hook);
      },
      remove: (name: string) => hooks.delete(name),
    },
  } as unknown as NodeAPI;
  const receive = (type: string, msg: (typeof caught)[number]) => {
    for (const hook of hooks.values()) hook({ msg, destination: { node: { type } } });
    if (type === 'catch') caught.push(msg);
  };
  const make = withCodes(RED, () => undefined);
  /** `then`: what the Catch node's flow does at once. */
  const node = (id: string, then: () => void = () => undefined): Node => {
    const made = {
      id,
      error: () => {
        const msg = { error: { source: { id } } };
        receive('debug', msg);
        should((msg.error as { code?: string }).code).be.undefined();
        receive('catch', msg);
        then();
      },
    } as unknown as Node;
    make.call(made, {} as NodeDef);
    return made;
  };
  return { node, hooks, caught, calls: () => calls };
}

describe('msg.error.code for Catch nodes', () => {
  const error = new EztError('noConfig');

  it('is added where Node-RED 4.0 leaves it out, and no hook stays', () => {
    const { node, hooks, caught } = nodeRed('4.0.9');
    node('a').error(error, {});
    node('a').error(error, {});
    should(caught.map(({ error: { code } }) => code)).deepEqual(['EZT_CONFIG', 'EZT_CONFIG']);
    should(hooks.size).equal(0);
  });

  it('is that of each error, when one leads to the next at once', () => {
    const { node, hooks, caught } = nodeRed('4.0.9-git');
    const second = node('b');
    node('a', () => second.error(new EztError('deviceMissing'), {})).error(error, {});
    should(caught.map(({ error: { code, source } }) => [source.id, code])).deepEqual([
      ['a', 'EZT_CONFIG'],
      ['b', 'EZT_DEVICE'],
    ]);
    should(hooks.size).equal(0);
  });

  it('is left alone for errors without one, and in later versions', () => {
    const old = nodeRed('4.0.0');
    old.node('a').error('text', {});
    old.node('a').error(new Error('no code'), {});
    should(old.caught.map(({ error: { code } }) => code)).deepEqual([undefined, undefined]);
    for (const version of ['4.1.0', '4.10.2', '5.0.0', '14.0.1']) {
      const { node, calls } = nodeRed(version);
      node('a').error(error, {});
      should(calls()).equal(0, version);
    }
    should(old.calls()).equal(0);
  });
});
