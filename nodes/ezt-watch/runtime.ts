import type { Node, NodeAPI, NodeDef } from 'node-red';
import {
  type Aliases,
  type Channel,
  type Client,
  createWatch,
  EztError,
  type Heard,
  type Listener,
  type Told,
  type Watch,
} from '../../cloud';
import { deploysOf } from '../shared/deploys';
import { devicesOf } from '../shared/devices';
import { isLeftOut } from '../shared/flow-nodes';
import { type Message, onInput } from '../shared/input';
import { newMessageId } from '../shared/message-id';
import { leavesProject } from '../shared/node-state';
import type { NodeType } from '../shared/node-type';
import { noteSent } from '../shared/on-the-way';
import { joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { type WatchSettings, watchSettings } from './settings';

/**
 * By mode, where what matters is heard. Everything that a device sends shows that it is there; of what the platform says
 * of it, only that it has come online.
 */
const CHANNELS: Record<WatchSettings['rule']['mode'], readonly Channel[]> = {
  silence: ['attributes', 'event_report', 'command_reply', 'data', 'online'],
  threshold: ['attributes'],
  alarm: ['alarm'],
};

/** `ezt-watch`: tells when a device falls silent, an attribute is beyond a limit, an alarm is raised; and when that is over. */
export function watchNode(RED: NodeAPI): NodeType {
  return function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    const node = this;
    let started: Promise<Watch | undefined> = Promise.resolve(undefined);
    /** Whether it closes for good, or for another project. */
    let leaves = false;
    let disabled = false;
    this.on('close', () => {
      leaves = leavesProject(RED, this, raw.cloud);
      disabled = isLeftOut(RED, this.id);
    });

    const listenerOf = ({ devices, rule }: WatchSettings): Listener & { observe?: Watch['observe'] } => ({
      devices,
      channels: CHANNELS[rule.mode],
      streams: [],
      qos: 1,
      unshared: true,
    });

    /** Only when the device memory is there, which is before the connection. */
    function begin(
      client: Client,
      { devices, rule }: WatchSettings,
      listener: ReturnType<typeof listenerOf>,
    ) {
      const { memory } = client;
      const ends: (() => void)[] = [];
      let ended = false;
      const early: Heard[] = []; // where a deploy has replaced the project only, the connection stands already
      listener.observe = (heard) => void early.push(heard);
      started = memory.loaded.then(() => {
        if (ended) return undefined;
        const watch = createWatch(rule, {
          devices,
          memory,
          state: memory.stateOf(node.id),
          tell: (told) => send(node, rule.mode, client, told),
        });
        listener.observe = watch.observe;
        ends.push(follow(RED, client, listener, watch), () => watch.stop(disabled));
        early.forEach(watch.observe);
        return watch;
      });
      return () => {
        ended = true;
        for (const end of ends) end();
        if (leaves) memory.dropState(node.id);
      };
    }

    const joined = joinProject(
      RED,
      this,
      raw.cloud,
      (aliases) => watchSettings(RED, raw as Raw, aliases),
      listenerOf,
      begin,
    );
    onInput(RED, this, async (message) => {
      const { aliases } = joined();
      const devices = acknowledged(aliases, message);
      (await started)?.acknowledge(devices);
    });
  };
}

/** Tells `watch` whether messages can come, until the returned function is called. */
function follow(RED: NodeAPI, client: Client, listener: Listener, watch: Watch): () => void {
  const deploys = deploysOf(RED);
  let before = false;
  const update = () => {
    const connected = client.state.is === 'connected' && client.refusalOf(listener) === undefined;
    watch.connected(connected, before || client.counters.connections > 1);
    before ||= connected;
  };
  watch.paused(deploys.running);
  // A connection that stands already has not been away.
  if (client.state.is === 'connected') watch.connected(true, false);
  update();
  const offs = [
    client.onChange(update),
    deploys.on('begin', () => watch.paused(true)),
    deploys.on('end', () => watch.paused(false)),
  ];
  return () => {
    for (const off of offs) off();
  };
}

function send(node: Node, type: string, { aliases, project }: Client, { output, ...told }: Told) {
  const name = aliases.nameOf(told.device);
  const { device, payload, timestamp } = told;
  const message = {
    _msgid: newMessageId(),
    payload,
    topic: device,
    device,
    ...(name !== undefined && { name }),
    project,
    type,
    timestamp,
  };
  noteSent(message);
  node.send(output === 1 ? [message, null] : [null, message]);
}

/** The devices that a message acknowledges. Throws `EZT_PAYLOAD` if it says nothing of that, `EZT_DEVICE` for no device. */
function acknowledged(aliases: Aliases, { acknowledge }: Message): readonly string[] | true {
  if (acknowledge === true) return true;
  const isEmpty =
    acknowledge === undefined || acknowledge === null || acknowledge === false || acknowledge === '';
  if (isEmpty) throw new EztError('acknowledgeMissing');
  return devicesOf(aliases, [], { device: acknowledge });
}
