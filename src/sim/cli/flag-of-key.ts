/** The flag of an option by the key that the parser gives it: "alarmRuns" is `--alarm-runs`. */
export function flagOfKey(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
