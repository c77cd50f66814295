import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import type { DeployType, Flow } from '../../support/flows';
import { type NodeRed, projectDirectory, startNodeRed } from '../../support/node-red';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

describe('what a project keeps beyond a stop', function () {
  this.timeout(90_000);
  let broker: ScriptedBroker;
  let red: NodeRed;
  const userDir = temporaryDirectory('user');
  const place = { z: 'tab', x: 0, y: 0 };
  const credentials = { projectKey: 'PR_1', projectSecret: 'secret' };

  type Off = 'the config node' | 'the tab' | 'the instance' | undefined;
  /** A project that stands on a tab, and one inside a subflow, each used by one node; parts may be disabled or deleted. */
  const flow = (off?: Off, deleted?: Off): Flow => {
    const config = (id: string) => ({
      id,
      type: 'eztcloud-config',
      z: id,
      endpoint: broker.endpoint,
      tls: 'tls',
      session: 'persistent',
      credentials,
    });
    const user = (cloud: string) => ({ id: `in ${cloud}`, type: 'ezt-in', x: 0, y: 0, cloud, wires: [] });
    const onTab: Flow = [
      { id: 'own', type: 'tab', label: 'Own', disabled: off === 'the tab' },
      { ...config('project'), z: 'own', d: off === 'the config node' },
    ];
    return [
      { id: 'tab', type: 'tab', label: 'Users' },
      {
        id: 'tls',
        type: 'tls-config',
        cert: '',
        key: '',
        ca: join(userDir, 'ca.pem'),
        verifyservercert: true,
      },
      ...(deleted === 'the tab' ? [] : deleted === 'the config node' ? onTab.slice(0, 1) : onTab),
      { ...user('project'), z: 'tab' },
      { id: 'sub', type: 'subflow', name: 'Sub', in: [], out: [] },
      { ...config('inner'), z: 'sub' },
      { ...user('inner'), z: 'sub' },
      ...(deleted === 'the instance'
        ? []
        : [{ id: 'one', type: 'subflow:sub', ...place, d: off === 'the instance', wires: [] }]),
    ];
  };
  const idOf = (part: Off) => (part === 'the instance' ? 'one-inner' : 'project');
  const directory = (part: Off) => projectDirectory(userDir, idOf(part));
  /** Packets by which the broker has been told to forget a session. */
  const ended = () =>
    broker.packets('disconnect').filter(({ properties }) => properties?.sessionExpiryInterval === 0).length +
    broker.packets('connect').filter(({ clean }) => clean).length;
  const running = async () => {
    await until(() => broker.sockets.open === 2, 10_000, 'both connections');
    // What ends a session that is still being made differs.
    const subscribed = () =>
      broker.connections.every(
        ({ open, received }) => !open || received.some(({ cmd }) => cmd === 'subscribe'),
      );
    await until(subscribed, 10_000, 'both subscriptions');
    await until(
      () => existsSync(directory('the tab')) && existsSync(directory('the instance')),
      5000,
      'files',
    );
  };
  /** Credentials that come along count as a change. */
  const unchanged = (nodes: Flow): Flow => nodes.map(({ credentials: _, ...node }) => node);
  async function changed(to: Flow, type: DeployType): Promise<void> {
    await red.deploy(unchanged(to), type);
    await until(() => broker.sockets.open === 1, 10_000, 'one connection');
  }

  before(async () => {
    broker = await startScriptedBroker();
    writeFileSync(join(userDir, 'ca.pem'), broker.ca);
    red = await startNodeRed({ userDir });
  });
  after(async () => {
    await red?.stop('SIGKILL');
    await broker?.stop();
  });
  beforeEach(async () => {
    await red.deploy(flow());
    await running();
  });

  for (const part of ['the config node', 'the tab', 'the instance'] as const) {
    for (const type of ['nodes', 'full'] as const) {
      it(`stays while ${part} is disabled, and goes when it is deleted (${type})`, async () => {
        const before = ended();
        await changed(flow(part), type);
        should([existsSync(directory(part)), ended()]).deepEqual([true, before]);
        await red.deploy(flow(), type);
        await running();
        await changed(flow(undefined, part), type);
        await until(() => !existsSync(directory(part)), 5000, 'the files to go');
        should(ended()).equal(before + 1);
      });
    }

    it(`goes when ${part} is deleted while it is disabled`, async () => {
      const before = ended();
      await changed(flow(part), 'full');
      await red.deploy(flow(undefined, part));
      await until(() => !existsSync(directory(part)), 5000, 'the files to go');
      await until(() => ended() === before + 1, 5000, 'the end of the session');
    });
  }

  it('goes with a deploy that Node-RED gives up, and so does the connection', async () => {
    const before = ended();
    const unknown = { id: 'unknown', type: 'a type that is not installed', ...place, wires: [] };
    const response = await red.request('/flows', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'nodes' },
      body: JSON.stringify([...unchanged(flow(undefined, 'the config node')), unknown]),
    });
    should(response.ok).be.true();
    await until(() => !existsSync(directory('the config node')), 5000, 'the files to go');
    await until(() => broker.sockets.open === 1, 5000, 'the end of the connection');
    should([ended(), existsSync(directory('the instance'))]).deepEqual([before + 1, true]);
  });

  it('stays when Node-RED stops, and when it starts with other flows', async () => {
    const before = ended();
    await red.stop();
    writeFileSync(join(userDir, 'flows.json'), '[]');
    red = await startNodeRed({ userDir });
    await red.deploy([{ id: 'other', type: 'tab', label: 'Other' }]);
    should([existsSync(directory('the tab')), existsSync(directory('the instance'))]).deepEqual([true, true]);
    should(ended()).equal(before);
  });
});
