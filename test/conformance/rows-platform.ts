import { until } from '../support/events';
import { type Lab, publish, type Row, subscribe } from './lab';
import { notation } from './notation';

/** The device of the subject, connected to the device broker. */
async function deviceOf(lab: Lab) {
  const { device } = lab.subject;
  if (!device) throw new Error('no device is named');
  const { username, secret, endpoint } = device;
  const password = Buffer.from(secret);
  const [client] = await lab.connect({ username, password }, endpoint);
  return { username, client };
}

/** What the platform behind the broker makes of messages, as facts.md has it. */
export const PLATFORM: readonly Row[] = [
  {
    request: "a device's report, as an application gets it",
    emqx: 'PUBACK, open/…/attributes {"a":1}',
    platform: true,
    async ask(lab) {
      const { client, username } = await deviceOf(lab);
      const application = await lab.client();
      await application.ask(subscribe([lab.topic('attributes', username)]));
      const puback = await client.ask(publish(`attributes/${username}`, '{"a":1}'));
      const message = await until(() => application.messages[0], 5000, 'the report');
      return `${notation(puback)}, open/…/attributes ${message.payload}`;
    },
  },
  {
    request: "an application's push, as the device gets it",
    emqx: 'PUBACK, attributes_push {"a":2}',
    platform: true,
    async ask(lab) {
      const { client, username } = await deviceOf(lab);
      await client.ask(subscribe([`attributes_push/${username}`]));
      const application = await lab.client();
      const puback = await application.ask(publish(lab.topic('attributes_push', username), '{"a":2}'));
      const message = await until(() => client.messages[0], 5000, 'the push');
      return `${notation(puback)}, attributes_push ${message.payload}`;
    },
  },
  {
    request: 'a device that subscribes to what is not its own',
    emqx: 'SUBACK 0x87',
    platform: true,
    async ask(lab) {
      const { client } = await deviceOf(lab);
      return notation(await client.ask(subscribe(['attributes_push/DU_another001'])));
    },
  },
];
