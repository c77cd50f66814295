import { pbkdf2Sync, randomBytes } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { within } from './events';

/** What a project user may be forbidden at run time. */
export type Action = 'subscribe' | 'publish' | 'receive';

const ACL_TYPES = {
  subscribe: 'subscribePattern',
  publish: 'publishClientSend',
  receive: 'publishClientReceive',
} as const satisfies Record<Action, string>;

const ITERATIONS = 101;
const PROJECT_ROLE = 'project';
const CONTROL = '$CONTROL/dynamic-security/v1';

/** A user with the hash that mosquitto's dynamic-security plugin expects: PBKDF2 with SHA-512. */
function user(username: string, password: string, rolename: string) {
  const salt = randomBytes(12);
  return {
    username,
    salt: salt.toString('base64'),
    password: pbkdf2Sync(password, salt, ITERATIONS, 64, 'sha512').toString('base64'),
    iterations: ITERATIONS,
    roles: [{ rolename }],
  };
}

/**
 * The plugin's configuration with the platform's rules: a project user may subscribe, publish and receive
 * `open/<key>/+/+` and `open/<key>/+/data/+` only (shared subscriptions are judged by the filter behind the prefix),
 * `platform` may do everything.
 */
export function dynamicSecurityConfig(project: { key: string; secret: string }, platformPassword: string) {
  const filters = [`open/${project.key}/+/+`, `open/${project.key}/+/data/+`];
  const subscriptions = [...filters, ...filters.map((filter) => `$share/+/${filter}`)];
  const everything = ['#', '$SYS/#', '$CONTROL/#', '$share/#'];
  const acls = (acltype: string, topics: string[]) =>
    topics.map((topic) => ({ acltype, topic, priority: 0, allow: true }));
  return {
    defaultACLAccess: {
      publishClientSend: false,
      publishClientReceive: false,
      subscribe: false,
      unsubscribe: true,
    },
    clients: [
      user(project.key, project.secret, PROJECT_ROLE),
      user('platform', platformPassword, 'platform'),
    ],
    roles: [
      {
        rolename: PROJECT_ROLE,
        acls: [
          ...acls(ACL_TYPES.subscribe, subscriptions),
          ...acls(ACL_TYPES.publish, filters),
          ...acls(ACL_TYPES.receive, filters),
        ],
      },
      {
        rolename: 'platform',
        acls: Object.values(ACL_TYPES).flatMap((acltype) => acls(acltype, everything)),
      },
    ],
  };
}

/** One command of the plugin's control interface, sent by the platform's client; rejects if the plugin says no. */
async function control(platform: MqttClient, command: Record<string, unknown>): Promise<void> {
  await platform.subscribeAsync(`${CONTROL}/response`, { qos: 1 });
  const correlationData = randomBytes(6).toString('hex');
  let listener: ((topic: string, payload: Buffer) => void) | undefined;
  const answer = new Promise<string>((resolve) => {
    listener = (_topic, payload) => {
      const text = payload.toString();
      if (text.includes(correlationData)) resolve(text);
    };
    platform.on('message', listener);
  });
  try {
    await platform.publishAsync(CONTROL, JSON.stringify({ commands: [{ ...command, correlationData }] }), {
      qos: 1,
    });
    const text = await within(answer, 5000, `mosquitto's answer to ${command.command}`);
    if (text.includes('"error"')) throw new Error(`mosquitto refused ${command.command}: ${text}`);
  } finally {
    if (listener) platform.off('message', listener);
  }
}

/** Gives the project user another secret. Mosquitto disconnects the project's clients. */
export function setPassword(platform: MqttClient, username: string, password: string): Promise<void> {
  return control(platform, { command: 'setClientPassword', username, password });
}

/** Forbids the project user `action` on what `filter` covers, above the rules he has. */
export function deny(platform: MqttClient, action: Action, filter: string): Promise<void> {
  const rule = { acltype: ACL_TYPES[action], topic: filter, priority: 100, allow: false };
  return control(platform, { command: 'addRoleACL', rolename: PROJECT_ROLE, ...rule });
}

/** Takes a `deny` back. */
export function allow(platform: MqttClient, action: Action, filter: string): Promise<void> {
  const rule = { acltype: ACL_TYPES[action], topic: filter };
  return control(platform, { command: 'removeRoleACL', rolename: PROJECT_ROLE, ...rule });
}
