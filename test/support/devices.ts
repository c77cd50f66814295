import type { MqttClient } from 'mqtt';

/** A command as it reaches a device. */
export interface Sent {
  device: string;
  qos: number;
  /** The payload as it came. */
  text: string;
  command: { method: string; params: unknown; id: number };
}

/**
 * Plays every device of a project that answers commands: `onCommand` gets each, and may `reply` as often, as late
 * and with whatever fields it likes.
 */
export async function playDevices(
  platform: MqttClient,
  key: string,
  onCommand: (sent: Sent, reply: (fields?: object, device?: string) => Promise<unknown>) => void,
): Promise<void> {
  platform.on('message', (topic, payload, { qos }) => {
    const [, project, device = '', channel] = topic.split('/');
    if (project !== key || channel !== 'command_send') return;
    const command: Sent['command'] = JSON.parse(payload.toString());
    onCommand({ device, qos, text: payload.toString(), command }, (fields = {}, from = device) =>
      platform.publishAsync(
        `open/${key}/${from}/command_reply`,
        JSON.stringify({ method: command.method, params: { ok: true }, id: command.id, ...fields }),
        { qos: 1 },
      ),
    );
  });
  await platform.subscribeAsync(`open/${key}/+/command_send`, { qos: 2 });
}
