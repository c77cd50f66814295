import { chineseDevices, type DeviceTexts, describeDevices, englishDevices } from './device-texts';
import type { Emulator, EmulatorOptions } from './emulator';

/** What the command says, in one language. */
export interface Texts {
  /** `command`, here and below: what was run, to put options behind. */
  help(command: string): string;
  /** Of `npm start`. */
  startHelp: string;
  started(emulator: Emulator): string;
  ctrlC: string;
  stopping: string;
  /** Of `npm start`: where the editor is. */
  editor(url: string): string;
  /** `other`: a port for the example. */
  portTaken(port: number, flag: string, command: string, other: number): string;
  seeHelp(command: string): string;
}

const englishFlags = `  --port <n>          applications, MQTT over TLS (7885; 0: any that is free)
  --wss-port <n>      applications, MQTT over secure WebSocket, path /mqtt (7886)
  --device-port <n>   devices, MQTT over TLS (8885)
  --host <address>    address to listen on (127.0.0.1)
  --directory <path>  where the certificate authority and the secrets are kept (.emulator)
  --key <key>         project key (PR_emulator01)
  --secret <secret>   project secret (random, kept in the directory)
  --interval <ms>     between the reports of the built-in devices (2000)
  --no-built-in       without the built-in devices
  --devices <n>       further devices that only report (0)
  --rate <n>          reports per second of each of these (1)
  --fleet <n>         devices DU_fleet00001 … that answer commands after random delays (0)
  --fleet-delay <ms>  within which they answer, but for a slow 2 % (1000)
  -h, --help          this text`;

const chineseFlags = `  --port <n>          应用端 MQTT over TLS 端口（7885；0 表示任意空闲端口）
  --wss-port <n>      应用端安全 WebSocket 端口，路径 /mqtt（7886）
  --device-port <n>   设备端 MQTT over TLS 端口（8885）
  --host <地址>       监听地址（127.0.0.1）
  --directory <路径>  存放 CA 证书和密钥的目录（.emulator）
  --key <key>         projectKey（PR_emulator01）
  --secret <secret>   projectSecret（随机生成，保存在目录中）
  --interval <毫秒>   内置设备的上报间隔（2000）
  --no-built-in       不启动内置设备
  --devices <n>       另外模拟的上报设备数量（0）
  --rate <n>          这些设备每秒上报次数（1）
  --fleet <n>         设备群 DU_fleet00001 … 的数量，随机延迟后回复命令（0）
  --fleet-delay <毫秒> 设备群的最长回复延迟，约 2% 的慢设备除外（1000）
  -h, --help          显示本说明`;

const english: Texts = {
  help: (command) => `EZtCloud on a laptop: the platform's MQTT API with a few devices, for trying flows.

Usage: ${command} [options]

${englishFlags}`,
  startHelp: `The emulator, and a Node-RED that shows a tour on it.

Usage: npm start -- [options]

  --editor-port <n>   the editor's (1880)
  --user-dir <path>   Node-RED's user directory (.node-red)

Of the emulator:

${englishFlags}`,
  started: (emulator) => `EZtCloud emulator

  Access point      ${emulator.endpoint}
                    ${emulator.wssEndpoint}
  Project key       ${emulator.projectKey}
  Project secret    ${emulator.projectSecret}
  CA certificate    ${emulator.caFile}
                    In the project's dialog, beside TLS: add a TLS configuration, and
                    upload this file as its CA certificate

  Devices connect   ${emulator.deviceEndpoint}
  Device secret     ${emulator.deviceSecret}
  Devices           ${listOf(emulator.devices, englishDevices)}`,
  ctrlC: 'Ctrl-C stops it.',
  stopping: 'Stopping.',
  editor: (url) => `\n  The editor, with the tour: ${url}\n  Ctrl-C stops it.\n`,
  portTaken: (port, flag, command, other) =>
    `Port ${port} is taken by another program: choose another one with ${flag}, for example ${command} ${flag} ${other}`,
  seeHelp: (command) => `See ${command} --help.`,
};

const chinese: Texts = {
  help: (command) => `EZtCloud 模拟器：在本机运行平台的 MQTT API 和几个设备，用于试验流程。

用法：${command} [选项]

${chineseFlags}`,
  startHelp: `启动模拟器，以及载入示例流程的 Node-RED。

用法：npm start -- [选项]

  --editor-port <n>   编辑器端口（1880）
  --user-dir <路径>   Node-RED 用户目录（.node-red）

模拟器选项：

${chineseFlags}`,
  started: (emulator) => `EZtCloud 模拟器

  MQTT API 接入点   ${emulator.endpoint}
                    ${emulator.wssEndpoint}
  projectKey        ${emulator.projectKey}
  projectSecret     ${emulator.projectSecret}
  CA 证书           ${emulator.caFile}
                    在项目对话框的 TLS 一栏新建 TLS 配置，将此文件作为 CA 证书上传

  设备接入地址      ${emulator.deviceEndpoint}
  设备密钥          ${emulator.deviceSecret}
  设备              ${listOf(emulator.devices, chineseDevices)}`,
  ctrlC: '按 Ctrl-C 停止。',
  stopping: '正在停止。',
  editor: (url) => `\n  编辑器（已载入示例流程）：${url}\n  按 Ctrl-C 停止。\n`,
  portTaken: (port, flag, command, other) =>
    `端口 ${port} 已被其他程序占用，请用 ${flag} 指定其他端口，例如 ${command} ${flag} ${other}`,
  seeHelp: (command) => `参见 ${command} --help。`,
};

/**
 * In the language of the environment: Chinese for `zh…`, English for any other. Of its variables the first that is not
 * empty counts. Source: POSIX.1-2024, Base Definitions 8.2.
 */
export function textsFor({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Texts {
  return (LC_ALL || LC_MESSAGES || LANG)?.startsWith('zh') ? chinese : english;
}

const listOf = (devices: readonly string[], texts: DeviceTexts): string =>
  describeDevices(devices, texts).join('\n                    ');

/** Why `command` could not start, in a sentence; `flags`: the one flag that it may be about, or all that were given. */
export function reasonOf(
  texts: Texts,
  command: string,
  error: unknown,
  flags: string | EmulatorOptions,
): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error && typeof error.port === 'number') {
    const { port } = error;
    const flag = typeof flags === 'string' ? flags : flagOf(port, flags);
    return texts.portTaken(port, flag, command, port > 60_000 ? port - 1000 : port + 1000);
  }
  return error.message;
}

/** The flag that set the port, or would have: two of the same number are told apart by their order of opening. */
function flagOf(port: number, { port: tls = 7885, wssPort = 7886 }: EmulatorOptions): string {
  if (port === tls && port !== wssPort) return '--port';
  return port === wssPort ? '--wss-port' : '--device-port';
}
