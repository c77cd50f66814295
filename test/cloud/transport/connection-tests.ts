import should from 'should';
import { type ConnectionTestStep, parseEndpoint, testConnection } from '../../../cloud';
import type { ConnectionTestOptions } from '../../../cloud/transport/connection-test-steps';
import { until, within } from '../../support/events';
import {
  type ScriptedBroker,
  type ScriptedBrokerOptions,
  startScriptedBroker,
} from '../../support/scripted-broker';
import { type Broker, KEY } from './harness';

export const SECRET = 'a-secret-that-nobody-may-see';
/** The steps, in order. */
export const ALL = ['name', 'tcp', 'tls', 'credentials', 'subscription'];

/** Call it in a suite: resolves with what starts brokers, which stop after each test, when no socket is left. */
export function startsBrokers() {
  const brokers: ScriptedBroker[] = [];
  afterEach(async () => {
    for (const broker of brokers) await until(() => broker.sockets.open === 0, 1000, 'the sockets to close');
    await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
  });
  return async (options: ScriptedBrokerOptions = {}): Promise<ScriptedBroker> => {
    const broker = await startScriptedBroker(options);
    brokers.push(broker);
    return broker;
  };
}

/** Tests a connection to `broker`, and what is always true of the answer. */
export async function runTest(
  { endpoint, ca }: Broker,
  overrides: Partial<ConnectionTestOptions> = {},
): Promise<ConnectionTestStep[]> {
  const timeout = overrides.timeout ?? 5000;
  const steps = await within(
    testConnection({
      endpoint: parseEndpoint(endpoint),
      projectKey: KEY,
      projectSecret: SECRET,
      tls: { ca },
      protocol: 'auto',
      group: '',
      clientId: 'connection-test',
      timeout,
      ...overrides,
    }),
    timeout + 1000,
    'the test to end',
  );
  JSON.stringify(steps).should.not.containEql(SECRET);
  for (const { ms, detail, ok, reason } of steps) {
    ms.should.be.within(0, timeout + 500);
    detail.length.should.be.within(1, 200);
    (reason === undefined).should.equal(ok);
  }
  return steps;
}

export function shouldFail(
  steps: ConnectionTestStep[],
  step: ConnectionTestStep['step'],
  reason: NonNullable<ConnectionTestStep['reason']>,
) {
  steps.map((each) => each.step).should.deepEqual(ALL.slice(0, ALL.indexOf(step) + 1));
  steps
    .slice(0, -1)
    .every(({ ok }) => ok)
    .should.be.true();
  should(steps.at(-1)).have.properties({ step, ok: false, reason });
}
