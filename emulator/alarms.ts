/** An alarm while an attribute is above a threshold. */
export interface AlarmRule {
  /** The attribute compared, if its value is a number. */
  attribute: string;
  above: number;
  /** An attribute that overrides `above` while it holds a number. */
  setBy?: string;
}

export const DEFAULT_ALARMS: readonly AlarmRule[] = [
  { attribute: 'temperature', above: 30, setBy: 'threshold' },
];

/**
 * The alarms of one device: from its attributes, what has changed since the last time, `true` for a threshold
 * crossed, `false` for a recovery.
 */
export function createAlarms(
  rules: readonly AlarmRule[],
): (attributes: ReadonlyMap<string, unknown>) => boolean[] {
  const alerting = new Set<AlarmRule>();
  return (attributes) =>
    rules.flatMap((rule) => {
      const value = attributes.get(rule.attribute);
      const threshold = rule.setBy === undefined ? undefined : attributes.get(rule.setBy);
      if (typeof value !== 'number') return [];
      const above = value > (typeof threshold === 'number' ? threshold : rule.above);
      if (above === alerting.has(rule)) return [];
      if (above) alerting.add(rule);
      else alerting.delete(rule);
      return [above];
    });
}
