import type { Duplex } from 'node:stream';
import type { IConnectPacket, IDisconnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import { accept } from './accept';
import type { Core } from './core';
import { messageOf } from './messages';
import { mayPublish, publish } from './publish';
import { REASON } from './reason-codes';
import type { Session } from './session';
import { subscribe } from './subscribe';
import { Wire } from './wire';

/** Milliseconds for a new connection to send CONNECT (EMQX: `idle_timeout`). */
const IDLE_TIMEOUT = 15_000;

/** One connection of a client. */
export class Client {
  id = '';
  username = '';
  session: Session | undefined;
  readonly wire: Wire;
  /** Topics by the alias that the client gave them. */
  readonly aliases = new Map<number, string>();
  private will: IConnectPacket['will'];

  constructor(
    socket: Duplex,
    private readonly core: Core,
  ) {
    this.wire = new Wire(socket, core.settings, {
      onPacket: (packet) => this.handle(packet),
      onFault: (code) => (this.session ? this.end(code) : this.destroy()),
      onClosed: () => this.closed(),
    });
    this.wire.expect(IDLE_TIMEOUT);
  }

  /** Ends the connection, with a reason for MQTT 5; its session stays as long as it was asked to. */
  end(code?: number): void {
    this.wire.end(code);
    this.closed();
  }

  /** Cuts the connection, as a failing network does. */
  destroy(): void {
    this.wire.destroy();
  }

  private handle(packet: Packet): void {
    const { session } = this;
    if (packet.cmd === 'connect') {
      if (session) this.end(REASON.protocolError);
      else this.connect(packet);
    } else if (session) this.inSession(packet, session);
    else this.destroy();
  }

  private connect(packet: IConnectPacket): void {
    const accepted = accept(this.core, packet, this.wire);
    if (!accepted) return;
    const { id, username, clean, expiry, window, connack } = accepted;
    Object.assign(this, { id, username });
    this.core.connected(id)?.end(REASON.takenOver);
    const { session, present } = this.core.sessions.open(id, clean);
    session.expiry = expiry;
    this.session = session;
    this.will = packet.will;
    this.wire.maximum = packet.properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    this.wire.expect((packet.keepalive ?? 0) * 1500);
    this.wire.send({ ...connack, sessionPresent: present });
    this.core.arrived(this);
    session.attach({ window, send: (message) => this.wire.send(message) });
  }

  private inSession(packet: Packet, session: Session): void {
    const { messageId = 0 } = packet;
    if (packet.cmd === 'publish') this.published(packet, session);
    else if (packet.cmd === 'puback' || packet.cmd === 'pubcomp') session.settled(messageId);
    else if (packet.cmd === 'pubrec') this.pubrec(messageId, packet.reasonCode, session);
    else if (packet.cmd === 'pubrel') {
      const reasonCode = session.incoming.delete(messageId) ? REASON.normal : REASON.packetIdUnknown;
      this.wire.send({ cmd: 'pubcomp', messageId, reasonCode });
    } else if (packet.cmd === 'subscribe') {
      const { username, wire } = this;
      const result = subscribe(this.core, packet, { username, session, version: wire.version });
      if ('fault' in result) this.end(result.fault);
      else if (result.denied && this.core.settings.denyAction === 'disconnect')
        this.end(REASON.notAuthorized);
      else {
        wire.send({ cmd: 'suback', messageId, granted: result.granted });
        this.core.subscribed(this);
        result.deliver();
      }
    } else if (packet.cmd === 'unsubscribe') {
      const granted = packet.unsubscriptions.map((name) => this.unsubscribe(name, session));
      this.wire.send({ cmd: 'unsuback', messageId, granted });
    } else if (packet.cmd === 'pingreq') this.wire.send({ cmd: 'pingresp' });
    else if (packet.cmd === 'disconnect') this.goodbye(packet, session);
    else this.end(REASON.protocolError);
  }

  private published(packet: IPublishPacket, session: Session): void {
    const fault = publish(this.core, packet, { client: this, session });
    if (fault !== undefined) this.end(fault);
  }

  private pubrec(messageId: number, code: number | undefined, session: Session): void {
    if (code !== undefined && code >= 0x80) session.settled(messageId);
    else {
      const reasonCode = session.received(messageId) ? REASON.normal : REASON.packetIdUnknown;
      this.wire.send({ cmd: 'pubrel', messageId, reasonCode });
    }
  }

  private unsubscribe(name: string, session: Session): number {
    const held = session.subscriptions.get(name);
    if (!held) return REASON.noSubscription;
    session.subscriptions.delete(name);
    this.core.subscriptions.delete(session, held);
    return REASON.normal;
  }

  /** DISCONNECT: a will is for those who leave without it, or ask for it. */
  private goodbye({ reasonCode, properties }: IDisconnectPacket, session: Session): void {
    if (!reasonCode) this.will = undefined;
    if (properties?.sessionExpiryInterval !== undefined) session.expiry = properties.sessionExpiryInterval;
    this.end();
  }

  private closed(): void {
    const { session, will } = this;
    if (!session) return;
    this.session = undefined;
    this.core.left(this);
    this.core.sessions.leave(session);
    if (!will || !mayPublish(this.core, this.username, will.topic)) return;
    const message = messageOf(will, will.topic, this.id);
    this.core.route(message, this.core.subscriptions.deal(will.topic, this.id));
  }
}
