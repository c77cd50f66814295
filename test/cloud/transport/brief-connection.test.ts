import { randomUUID } from 'node:crypto';
import should from 'should';
import { connectBriefly } from '../../../cloud/transport/brief-connection';
import { until } from '../../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { clientOptions } from './harness';

describe('transport: a brief connection', () => {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(() => broker.stop());

  function connect(timeout = 5000, signal?: AbortSignal) {
    const { endpoint, username, password, tls } = clientOptions(broker);
    const session = { version: 5, clientId: randomUUID(), clean: true, sessionExpiry: 0 } as const;
    const times = { keepalive: 30, connectTimeout: 5000, receiveMaximum: 100 };
    return connectBriefly({ endpoint, username, password, tls, ...session, ...times }, timeout, signal);
  }

  it('disconnects as soon as it is connected', async () => {
    should(await connect()).be.undefined();
    should(broker.packets('disconnect').length).equal(1);
    await until(() => broker.sockets.open === 0, 2000, 'the end of the socket');
  });

  it('says why it cannot connect', async () => {
    broker.on.connect = (_packet, connection) => connection.connack(0x86);
    should(await connect()).have.property('trouble', 'credentials');
  });

  it('gives up on a broker that does not answer', async () => {
    broker.on.connect = () => undefined;
    should(await connect(50)).have.property('trouble');
    await until(() => broker.sockets.open === 0, 2000, 'the end of the socket');
  });

  it('gives up when it is told to', async () => {
    broker.on.connect = () => undefined;
    const abort = new AbortController();
    const outcome = connect(60_000, abort.signal);
    await broker.packet('connect');
    abort.abort();
    should(await outcome).have.property('trouble', 'lost');
    await until(() => broker.sockets.open === 0, 2000, 'the end of the socket');
  });
});
