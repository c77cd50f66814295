import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import type { MqttClient } from 'mqtt';
import should from 'should';
import { playDevices, type Sent } from '../../support/devices';
import { until } from '../../support/events';
import { type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import {
  credentials,
  deviceOf,
  next,
  palette,
  place,
  project,
  ready,
  record,
  tab,
} from '../../support/project';

type Reply = (fields?: object, device?: string) => Promise<unknown>;

const func = (id: string, code: string, ...wires: string[]) => ({
  id,
  type: 'function',
  ...place,
  func: `${code}; return msg;`,
  outputs: 1,
  wires: [wires],
});

describe('ezt-command-out: what earlier nodes leave in a message', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let platform: MqttClient;
  let device: ReturnType<typeof deviceOf>;
  let onCommand: (sent: Sent, reply: Reply) => void;
  let sent: Sent[];

  before(async () => {
    broker = await startMosquitto();
    platform = await broker.platform();
    device = deviceOf(platform, broker.key);
    await playDevices(platform, broker.key, (command, reply) => {
      sent.push(command);
      onCommand(command, reply);
    });
  });
  beforeEach(() => {
    sent = [];
    onCommand = (_sent, reply) => void reply();
  });
  afterEach(async () => {
    mock.restoreAll();
    await unload();
  });
  after(() => broker.stop());

  async function start(...nodes: Flow): Promise<void> {
    await loadFlow([...tab(), ...project(broker), ...nodes], { credentials: credentials(broker) });
    await ready('in', 'out');
  }
  const from = (types: string[], wire: string, more = {}) =>
    palette('ezt-in', 'in', { types, ...more, wires: [[wire]] });

  it('event → function → command: the device gets exactly what the function wrote', async () => {
    await start(
      ...from(['event_report'], 'write'),
      func('write', "msg.payload = { method: 'snapshot', params: { n: 1 } }", 'out'),
      ...palette('ezt-command-out', 'out'),
    );
    const got = await next('out.got', () =>
      device('DU_1/event_report', { method: 'motion', params: { zone: 1 }, id: 7 }),
    );
    const [{ device: to, text, command } = {}] = sent;
    should([to, sent.length]).deepEqual(['DU_1', 1]);
    should(text).equal(`{"method":"snapshot","params":{"n":1},"id":${command?.id}}`);
    should(got).containEql({ event: 'motion', command: 'snapshot', id: command?.id });
  });

  it('two commands in a row: the second has an id of its own, and a doubled first reply is not its answer', async () => {
    let doubled: Reply | undefined;
    onCommand = ({ command: { method } }, reply) => {
      if (method === 'first') {
        doubled = reply;
        void reply({ params: 'first' });
      } else {
        void doubled?.({ params: 'first, doubled' }).then(() => reply({ params: 'second' }));
      }
    };
    await start(
      ...from(['command_reply'], 'in.got'),
      ...palette('ezt-command-out', 'out', { device: 'DU_1', method: 'first', wires: [['between']] }),
      func('between', "msg.payload = { method: 'second' }", 'second'),
      ...palette('ezt-command-out', 'second'),
    );
    const heard = record('in.got');
    const got = await next('second.got', () => nodeOf('out').receive({ payload: {} }));
    const [first, second] = sent.map(({ command }) => command);
    should([first?.method, second?.method]).deepEqual(['first', 'second']);
    should(second?.id).not.equal(first?.id);
    should(got.payload).deepEqual({ method: 'second', params: 'second', id: second?.id });
    await until(() => heard.length === 3, 5000, 'the three replies');
  });

  for (const id of ['text', '7', 7]) {
    it(`reply → command: the id ${JSON.stringify(id)} of the reply does not matter`, async () => {
      await start(
        ...from(['command_reply'], 'write', { devices: ['DU_2'] }),
        func('write', "msg.payload = { n: 1 }; msg.device = 'DU_1'", 'out'),
        ...palette('ezt-command-out', 'out', { method: 'next' }),
      );
      const got = await next('out.got', () =>
        device('DU_2/command_reply', { method: 'earlier', params: {}, id }),
      );
      should(got).containEql({ command: 'next', type: 'command_reply' });
      should(got.id).be.a.Number().and.not.equal(7);
    });
  }

  describe('beside a core http request node', () => {
    let server: Server;
    before(async () => {
      server = createServer((_request, response) => response.end('ok'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    after(() => server.close());

    it('which follows ezt-in: it has nothing to warn of', async () => {
      const { port } = server.address() as AddressInfo;
      await start(
        ...from(['event_report', 'command_reply'], 'http', { devices: ['DU_1', 'DU_2'] }),
        {
          id: 'http',
          type: 'http request',
          ...place,
          method: 'GET',
          ret: 'txt',
          url: `http://127.0.0.1:${port}/`,
          wires: [['out']],
        },
        ...palette('ezt-command-out', 'out', { device: 'DU_3', method: 'next' }),
      );
      const warn = mock.method(nodeOf('http'), 'warn');
      await next('out.got', () => device('DU_1/event_report', { method: 'motion', params: {} }));
      await next('out.got', () => device('DU_2/command_reply', { method: 'old', params: {}, id: 1 }));
      should(warn.mock.calls.map(({ arguments: said }) => said)).deepEqual([]);
      should(sent.map(({ command: { method, params } }) => [method, params])).deepEqual([
        ['next', 'ok'],
        ['next', 'ok'],
      ]);
    });
  });
});
