// A process with one client, for tests that stop or end a process. After SIGTERM it closes the client, and then ends
// by itself if nothing is left; it must not load test/support/cleanup, which ends it.
import { openClient } from '../../../cloud';
import { parseProxy } from '../../../cloud/transport/proxy';
import { type Broker, clientOptions, recordingListener } from './harness';

function run(options: Broker & { keepalive: number }) {
  const client = openClient(
    clientOptions(options, { keepalive: options.keepalive, proxy: parseProxy(process.env.PROXY_URL ?? '') }),
  );
  client.onChange(() => console.log(`state ${client.state.is}`));
  client.listen(recordingListener());
  process.once('SIGTERM', () => {
    const push = client.user().push(['DU_1'], Buffer.from('{}'), 1);
    push.then(
      () => console.log('push acknowledged'),
      (error) => console.log(`push ${error.code}`),
    );
    setImmediate(() => client.close(false).then(() => console.log('closed')));
  });
}

run(JSON.parse(process.env.CHILD ?? '{}'));
