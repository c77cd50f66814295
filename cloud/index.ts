export { type Client, openClient } from './client';
export type { ClientOptions } from './client-options';
export type { ClientUser } from './client-user';
export { bestDevices, choicesOf, type DeviceChoice, type Fitting } from './devices/best-fitting';
export { bestNames, NAME_KINDS, type NameChoice, type NameKind } from './devices/best-names';
export { createDeviceLists, type DeviceLists, LISTED_STATES } from './devices/device-list';
export { type DeviceReport, matchesRules, reportOf } from './devices/device-query';
export type { DeviceMemory, KnownDevice } from './devices/known-device';
export { type ListWindow, listWindow } from './devices/list-page';
export { type DevicePage, memoryPage } from './devices/memory-page';
export { type SeenDevice, seenDevices } from './devices/seen-devices';
export { inSlices, ownTurn, sortedInSlices, type Turn } from './devices/slices';
export { type Aliases, createAliases, NO_ALIASES } from './protocol/aliases';
export { fitsField, isClientId, MAX_FIELD } from './protocol/connect-field';
export { type Deadband, readDeadband } from './protocol/deadband';
export {
  type ConfiguredRule,
  type DeviceRule,
  jsonIn,
  type Place,
  RULE_FIELDS,
  type RuleProblem,
  readRule,
  readRuleValue,
  VALUE_TYPES,
} from './protocol/device-rules';
export {
  checkCommand,
  copyParams,
  encodeAttributes,
  notObject,
  wholeCommand,
} from './protocol/encoding';
export { type Endpoint, formatEndpoint, parseEndpoint } from './protocol/endpoint';
export type { Reason } from './protocol/error-reasons';
export { EztError, sentences } from './protocol/errors';
export { canReadGb18030 } from './protocol/gb18030';
export { isPlainObject } from './protocol/json';
export {
  CHOICES,
  type Choice,
  type ChoiceName,
  DATA_FORMATS,
  NUMBERS,
  type NumberName,
  readFlag,
  readNumber,
} from './protocol/limits';
export {
  dropBlanks,
  isBrokenVariable,
  isVariable,
  type NameProblem,
  nameProblem,
  namesIn,
  namesSeveral,
  variableName,
  wordProblem,
} from './protocol/names';
export { OPERATORS } from './protocol/operators';
export {
  type LimitProblem,
  readLimit,
} from './protocol/threshold';
export { CHANNELS, type Channel, formatTopic, isTopicLevel } from './protocol/topics';
export { knownPreviewOf, type Preview, previewOf } from './receive/preview';
export type { RecentMessage, RecentMessages } from './receive/recent-messages';
export { type RecentPage, recentPage, shownPayload } from './receive/recent-page';
export { HOLD_ON } from './send/held-commands';
export type { Answer } from './send/pending-command';
export { codeOf, setAside, writeWhole } from './storage/files';
export { askedFilters } from './subscriptions/asked-filters';
export type { Heard, LastSent, Listener, OwnPush } from './subscriptions/listener';
export { stepsAfter, testConnection } from './transport/connection-test';
export type { ConnectionTestOptions, ConnectionTestStep } from './transport/connection-test-steps';
export { formatProxy, type HttpProxy, parseProxy } from './transport/proxy';
export { findProxy, type ProxyOptions } from './transport/proxy-environment';
export type { State } from './transport/reconnect';
export { subscriptionTrouble } from './transport/subscription-trouble';
export type * from './types';
export { createWatch, type Told, type Watch } from './watch/watch';
export type { WatchRule } from './watch/watch-rule';
