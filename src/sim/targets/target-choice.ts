/** What `--target` accepts. `auto` takes the first that works and says which and why. */
export const TARGET_CHOICES = ["auto", "emulator", "embedded", "staging"] as const;
export type TargetChoice = (typeof TARGET_CHOICES)[number];
