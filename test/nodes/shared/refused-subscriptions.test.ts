import should from 'should';
import { loadFlow, unload } from '../../support/flows';
import { credentials, palette, project, tab } from '../../support/project';
import { startScriptedBroker } from '../../support/scripted-broker';
import { connected, shows } from '../../support/statuses';

describe('a project whose subscriptions are refused', () => {
  afterEach(unload);

  const nodes = () => [
    ...palette('ezt-in', 'in'),
    ...palette('ezt-attr-out', 'attr'),
    ...palette('ezt-command-out', 'command'),
  ];
  const says = (reason: string) => (status: { fill?: string; reason?: string }) =>
    status.fill === 'red' && status.reason === reason;

  for (const [code, reason] of [
    [0x87, 'subscription'],
    [0x97, 'quota'],
    [0x9e, 'noShared'],
    [0x83, 'subscriptionFailed'],
  ] as const) {
    it(`a subscription that is refused with 0x${code.toString(16)}: ezt-in says ${reason}, the others are connected`, async () => {
      const scripted = await startScriptedBroker({
        on: {
          subscribe: ({ messageId = 0, subscriptions }, connection) =>
            connection.send({ cmd: 'suback', messageId, granted: subscriptions.map(() => code) }),
        },
      });
      const flow = [...tab(), ...project(scripted), ...nodes()];
      await loadFlow(flow, { credentials: credentials({ key: 'PR_1', secret: 's', ca: scripted.ca }) });
      await shows('in', says(reason));
      await connected('attr');
      await scripted.stop();
    });
  }

  it('a broker without wildcards: ezt-in of every device says so, one of a single device works, one connection', async () => {
    const scripted = await startScriptedBroker({
      on: {
        connect: (_packet, connection) => connection.connack(0, { wildcardSubscriptionAvailable: false }),
      },
    });
    const flow = [
      ...tab(),
      ...project(scripted),
      ...nodes(),
      ...palette('ezt-in', 'one', { devices: ['DU_1'], types: ['attributes'] }),
    ];
    await loadFlow(flow, { credentials: credentials({ key: 'PR_1', secret: 's', ca: scripted.ca }) });
    await shows('in', says('noWildcards'));
    await connected('one');
    should(scripted.connections.length).equal(1);
    await scripted.stop();
  });
});
