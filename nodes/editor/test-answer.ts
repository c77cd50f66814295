import { catalogued, errorText } from './problems';
import { isRecord } from './records';
import type { EditedNode } from './red';

type Node = EditedNode<object>;

/** One step of a connection test as a person reads it, in the language of the editor. */
export interface Line {
  is: 'ok' | 'notOk' | 'notReached';
  title: string;
  ms?: number;
  /** Why it failed. */
  why?: string;
  /** What is the same in every language: addresses, codes, names in a certificate. */
  facts: string[];
  /** What to do now. */
  next?: string;
}

export interface Answer {
  ok: boolean;
  lines: Line[];
  /** Where it was to go; empty if that is not known. */
  endpoint: string;
  proxy: string;
}

/** What the server answered. Everything in it may come from the network: show it as text. */
export function readAnswer(node: Node, answer: unknown): Answer {
  const { steps, notReached, endpoint, proxy } = isRecord(answer) ? answer : {};
  const taken = (Array.isArray(steps) ? steps : []).filter(isRecord);
  const missed = Array.isArray(notReached) ? notReached.map(String) : [];
  return {
    ok: taken.length > 0 && taken.every((step) => step.ok === true),
    lines: [...taken.map((step) => lineOf(node, step)), ...missed.map((step) => missedLine(node, step))],
    endpoint: textOf(endpoint) ?? '',
    proxy: textOf(proxy) ?? '',
  };
}

/** Why there is no answer, or why there was no test. */
export function readFailure(node: Node, xhr: JQuery.jqXHR): string {
  const answer: unknown = xhr.responseJSON;
  if (isRecord(answer) && typeof answer.error === 'string') return errorText(node, answer, answer.error);
  if (xhr.status === 401 || xhr.status === 403) return node._('eztcloud.test.notAllowed');
  if (xhr.status === 429) return node._('eztcloud.test.tooMany');
  return node._('eztcloud.test.noAnswer');
}

function lineOf(node: Node, step: Record<string, unknown>): Line {
  const { detail, fact, reason, certificate } = step;
  const line: Line = {
    is: step.ok === true ? 'ok' : 'notOk',
    title: titleOf(node, String(step.step)),
    ms: Math.round(Number(step.ms) || 0),
    facts: [
      ...(textOf(fact) === undefined ? [] : [String(fact)]),
      ...certificateLines(node, certificate, reason),
    ],
  };
  if (typeof reason === 'string') {
    line.why = translated(node, `reason.${reason}`, textOf(detail) ?? reason);
    const next = translated(node, `test.next.${reason}`, '');
    if (next !== '') line.next = node._('eztcloud.test.nextStep') + next;
  }
  return line;
}

const missedLine = (node: Node, step: string): Line => ({
  is: 'notReached',
  title: titleOf(node, step),
  facts: [],
});

const titleOf = (node: Node, step: string): string => translated(node, `test.step.${step}`, step);

/** Who issued the certificate, and until when it is valid; its names where they do not fit. */
function certificateLines(node: Node, certificate: unknown, reason: unknown): string[] {
  if (!isRecord(certificate)) return [];
  const { subject, issuer, validFrom, validTo, names } = certificate;
  const hosts = Array.isArray(names) ? names.map(String).join(', ') : '';
  const lines: [label: string, value: unknown][] = [
    ['subject', subject],
    ['issuer', issuer],
    ...(reason === 'notYetValid' ? [['validFrom', validFrom] satisfies [string, unknown]] : []),
    ['validTo', validTo],
    ...(reason === 'hostname' ? [['names', hosts] satisfies [string, unknown]] : []),
  ];
  // Not as a parameter of the text: it might be taken for a part of it.
  return lines.map(([label, value]) => node._(`eztcloud.test.certificate.${label}`) + String(value));
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The catalogue's text, or `fallback` where it has none. Show it as text: `fallback` may come from the network. */
const translated = (node: Node, key: string, fallback: string): string => catalogued(node, key) ?? fallback;
