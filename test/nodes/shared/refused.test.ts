import { mock } from 'node:test';
import should from 'should';
import { createAuthority } from '../../../emulator/certificates';
import { type SuiteBroker, startBroker } from '../../support/broker';
import { until } from '../../support/events';
import { deploy, loadFlow, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { freePort } from '../../support/ports';
import { credentials, palette, project, record, statusOf, tab } from '../../support/project';
import { startProxy } from '../../support/proxy';
import { startScriptedBroker } from '../../support/scripted-broker';
import { CONNECTING, connected, type Status, shows, statuses } from '../../support/statuses';

const red = ({ fill, shape, text }: { fill?: string; shape?: string; text?: string }) =>
  fill === 'red' && shape === 'ring' && text !== CONNECTING.text;

describe('a project that cannot be reached', function () {
  needs(this, 'broker');
  let broker: SuiteBroker;

  before(async () => {
    broker = await startBroker();
  });
  after(() => broker.stop());
  afterEach(async () => {
    mock.restoreAll();
    await unload();
  });

  const nodes = () => [
    ...palette('ezt-in', 'in'),
    ...palette('ezt-attr-out', 'attr'),
    ...palette('ezt-command-out', 'command'),
  ];
  /** The minute between attempts after a refusal that a person has to mend. */
  function faster() {
    const real = globalThis.setTimeout;
    const shortened = (callback: () => void, ms?: number) => real(callback, ms && ms >= 60_000 ? 200 : ms);
    mock.method(globalThis, 'setTimeout', shortened);
  }

  /** Starts with the endpoint and the credentials given, and resolves with the reason that every node shows. */
  async function reasonFor(
    endpoint: string,
    given: Partial<Pick<SuiteBroker, 'ca' | 'secret' | 'servername'>>,
  ): Promise<string> {
    const { key, secret, ca } = broker;
    const { servername = '' } = given;
    const flow = [...tab(), ...project({ endpoint, servername }), ...nodes()];
    await loadFlow(flow, { credentials: credentials({ key, secret, ca, ...given }) });
    const shown = await Promise.all(['in', 'attr', 'command'].map((id) => shows(id, red, 5000)));
    const [first, ...others] = shown.map(({ text = '' }) => text);
    should(others).deepEqual([first, first]);
    return first ?? '';
  }

  it('a wrong secret, an unknown CA, a plain endpoint, an unreachable host: four short reasons', async () => {
    const stranger = await createAuthority('stranger');
    const plain = `mqtt://127.0.0.1:${broker.own?.ports.platform ?? 1883}`;
    const before = broker.own?.refused ?? 0;
    const reasons: string[] = [];
    for (const [endpoint, given] of [
      [broker.endpoint, { secret: 'wrong' }],
      [broker.endpoint, { ca: stranger.ca }],
      [plain, {}],
      [`mqtts://127.0.0.1:${await freePort()}`, {}],
      ['mqtts://nowhere.invalid', {}],
    ] as const) {
      if (reasons.length > 0) await unload();
      const reason = await reasonFor(endpoint, given);
      should(reason.replace(/^eztcloud\.reason\./, '').length).be.within(1, 30);
      reasons.push(reason);
    }
    new Set(reasons).size.should.equal(5);
    if (broker.own) should(broker.own.refused - before).equal(1);
  });

  it('what a person has to mend is not tried again within a minute, and everybody can see when', async () => {
    await reasonFor(broker.endpoint, { secret: 'wrong' });
    const { state } = await statusOf('cloud');
    should(state.is).equal('waiting');
    should(state.until).be.above(Date.now() + 55_000);
  });

  it('a plain endpoint is refused before a socket is opened', async () => {
    const proxy = await startProxy(broker.target);
    await reasonFor(`mqtt://127.0.0.1:${proxy.port}`, {});
    await deploy([...tab(), ...project({ endpoint: `ws://127.0.0.1:${proxy.port}` }), ...nodes()]);
    await shows('in', red);
    should(proxy.total).equal(0);
    await proxy.stop();
  });

  it('an unknown CA gets no byte of the credentials', async () => {
    const proxy = await startProxy(broker.target);
    const before = broker.own && [broker.own.accepted, broker.own.refused];
    const stranger = await createAuthority('stranger');
    await reasonFor(`mqtts://127.0.0.1:${proxy.port}`, { ca: stranger.ca });
    if (before) should([broker.own?.accepted, broker.own?.refused]).deepEqual(before);
    await proxy.stop();
  });

  describe('whose broker is ours to change', function () {
    needs(this, 'own-broker');
    it('a wrong secret that becomes right: connected without a deploy', async () => {
      faster();
      await reasonFor(broker.endpoint, { secret: 'tomorrow' });
      const old = broker.secret;
      await broker.own?.setSecret('tomorrow');
      await Promise.all(['in', 'attr', 'command'].map((id) => connected(id)));
      await broker.own?.setSecret(old);
    });
  });

  it('an unknown CA whose server gets a certificate of ours: connected without a deploy', async () => {
    faster();
    const authority = await createAuthority('ours');
    const stranger = await startScriptedBroker();
    await reasonFor(stranger.endpoint, { ca: authority.ca });
    await stranger.stop();
    const ours = await startScriptedBroker({ authority, port: stranger.port });
    await connected('in');
    await ours.stop();
  });

  it('another client with the same client id: named after three connections, then peace (case 53)', async () => {
    faster();
    const rival = await startScriptedBroker({
      on: {
        connect: (packet, connection) => {
          connection.answer(packet);
          connection.close(0x8e);
        },
      },
    });
    const named = ({ reason }: Status) => reason === 'takenOver';
    await reasonFor(rival.endpoint, { ca: rival.ca });
    await until(() => rival.connections.length === 3, 5000, 'the third connection');
    await Promise.all(['in', 'attr', 'command'].map((id) => shows(id, named)));
    const { state } = await statusOf('cloud');
    should(state.until).be.above(Date.now() + 590_000);
    should(rival.connections.length).equal(3);
    await rival.stop();
  });

  it('a host that comes up: connected without a deploy, and no error after it', async () => {
    faster();
    const proxy = await startProxy(broker.target);
    await proxy.refuse(true);
    await reasonFor(`mqtts://127.0.0.1:${proxy.port}`, { servername: broker.servername });
    const errors = record('errors');
    await proxy.refuse(false);
    await connected('in');
    should(errors).deepEqual([]);
    await proxy.stop();
  });

  it('an endpoint mended by a deploy: connected at once', async () => {
    await reasonFor(`mqtt://127.0.0.1:${broker.target.port}`, {});
    await deploy([...tab(), ...project(broker), ...nodes()]);
    await connected('in');
    should(statuses('in').slice(-2)[0]).deepEqual(CONNECTING);
    if (broker.own) await until(() => broker.own?.clients.size === 1, 5000, 'one client');
  });

  it('mqtts at the port of wss: every node says so', async () => {
    const scripted = await startScriptedBroker({ transport: 'wss' });
    const reason = await reasonFor(`mqtts://127.0.0.1:${scripted.port}`, { ca: scripted.ca });
    reason.should.equal('swappedPort');
    await scripted.stop();
  });

  it('another server: what the broker says of it stands in the state, and in the log', async () => {
    const scripted = await startScriptedBroker({
      on: {
        connect: (_packet, connection) => connection.connack(0x9c, { serverReference: 'eu.example:7885' }),
      },
    });
    const reason = await reasonFor(scripted.endpoint, { ca: scripted.ca });
    reason.should.equal('moved');
    JSON.stringify(await statusOf('cloud')).should.match(/eu\.example:7885/);
    await scripted.stop();
  });
});
