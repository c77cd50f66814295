// A process that tests one connection and writes the steps, for tests of what its environment changes.
import { parseEndpoint, testConnection } from '../../../cloud';
import type { Broker } from './harness';

async function run({ endpoint, ca }: Broker) {
  const steps = await testConnection({
    endpoint: parseEndpoint(endpoint),
    projectKey: 'PR_1',
    projectSecret: 'secret',
    tls: { ca },
    protocol: 'auto',
    group: '',
    clientId: 'connection-test',
    timeout: 10_000,
  });
  console.log(JSON.stringify(steps));
}

void run(JSON.parse(process.env.CHILD ?? '{}'));
