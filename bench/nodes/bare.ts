import { readFileSync } from 'node:fs';
import { connect, type IClientOptions } from 'mqtt';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';

/** Where the bare nodes connect to. */
export interface BareDef extends NodeDef {
  endpoint: string;
  ca: string;
  projectKey: string;
  /** MQTT 3.1.1 or 5. */
  version: 4 | 5;
}

interface Request {
  message: NodeMessage;
  send: (message: NodeMessage) => void;
  done: (error?: Error) => void;
}

const options = (raw: BareDef): IClientOptions => ({
  ca: readFileSync(raw.ca),
  protocolVersion: raw.version,
  username: raw.projectKey,
  password: 'secret',
});

/**
 * The least that any node could do, as a yardstick: `bare-in` is one mqtt.js client, `JSON.parse` and `send`;
 * `bare-request` is one mqtt.js client and a table of ids. No errors, no queue, no reconnection policy.
 */
export = (RED: NodeAPI): void => {
  RED.nodes.registerType('bare-in', function (this: Node, raw: BareDef) {
    RED.nodes.createNode(this, raw);
    const client = connect(raw.endpoint, options(raw));
    client.subscribe(`open/${raw.projectKey}/+/attributes`, { qos: 0 });
    client.on('message', (topic, payload) => {
      this.send({ topic, payload: JSON.parse(payload.toString()) });
    });
    this.on('close', (done: () => void) => client.end(true, {}, done));
  });

  RED.nodes.registerType('bare-request', function (this: Node, raw: BareDef) {
    RED.nodes.createNode(this, raw);
    const client = connect(raw.endpoint, options(raw));
    const pending = new Map<number, Request>();
    let id = 0;
    client.subscribe(`open/${raw.projectKey}/+/command_reply`, { qos: 1 });
    client.on('message', (_topic, payload) => {
      const reply = JSON.parse(payload.toString()) as { id: number };
      const request = pending.get(reply.id);
      if (!request) return;
      pending.delete(reply.id);
      request.message.payload = reply;
      request.send(request.message);
      request.done();
    });
    this.on('input', (message: NodeMessage & { device?: string }, send, done) => {
      id += 1;
      pending.set(id, { message, send, done });
      const command = JSON.stringify({ method: 'ping', params: message.payload, id });
      client.publish(`open/${raw.projectKey}/${message.device}/command_send`, command, { qos: 1 });
    });
    this.on('close', (done: () => void) => client.end(true, {}, done));
  });
};
