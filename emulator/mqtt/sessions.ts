import { Session } from './session';
import type { BrokerSettings } from './settings';
import type { Subscriptions } from './subscriptions';

/** `sessionExpiryInterval` of a session that never ends (MQTT 5 §3.1.2.11.2). */
const NEVER = 0xffffffff;
/** What a timer of Node.js takes, milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** The sessions of a broker, by client id, those of absent clients too. */
export class Sessions {
  private readonly byId = new Map<string, Session>();
  private readonly timers = new Map<Session, NodeJS.Timeout>();

  constructor(
    private readonly settings: BrokerSettings,
    private readonly subscriptions: Subscriptions,
  ) {}

  /** The session of a client that has just connected: the one that it had, or, and after `clean`, a new one. */
  open(id: string, clean: boolean): { session: Session; present: boolean } {
    const kept = this.byId.get(id);
    if (kept) {
      clearTimeout(this.timers.get(kept));
      this.timers.delete(kept);
      if (!clean) return { session: kept, present: true };
      this.end(kept);
    }
    const session = new Session(id, this.settings);
    this.byId.set(id, session);
    return { session, present: false };
  }

  /** Its connection has ended: it waits as long as it was asked to. */
  leave(session: Session): void {
    session.detach();
    if (session.expiry === 0) this.end(session);
    else if (session.expiry !== NEVER) {
      const patience = Math.min(session.expiry * 1000, LONGEST);
      this.timers.set(session, setTimeout(() => this.end(session), patience).unref());
    }
  }

  end(session: Session): void {
    this.timers.delete(session);
    for (const subscription of session.subscriptions.values())
      this.subscriptions.delete(session, subscription);
    session.subscriptions.clear();
    if (this.byId.get(session.id) === session) this.byId.delete(session.id);
  }

  /** The broker is gone. */
  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}
