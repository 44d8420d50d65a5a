import { PINNED_K6_VERSION } from "./k6-version.ts";

/** By platform, as https://grafana.com/docs/k6/latest/set-up/install-k6/ has them (read 2026-11-26). */
const INSTALL_COMMANDS: readonly (readonly [string, string])[] = [
  [
    "Debian, Ubuntu",
    "curl -fsSL https://dl.k6.io/key.gpg | sudo gpg --dearmor -o /usr/share/keyrings/k6-archive-keyring.gpg && " +
      'echo "deb [signed-by=/usr/share/keyrings/k6-archive-keyring.gpg] https://dl.k6.io/deb stable main" | ' +
      "sudo tee /etc/apt/sources.list.d/k6.list && sudo apt-get update && sudo apt-get install k6",
  ],
  ["Fedora, CentOS", "sudo dnf install https://dl.k6.io/rpm/repo.rpm && sudo dnf install k6"],
  ["macOS", "brew install k6"],
  ["Windows", "winget install k6 --source winget, or choco install k6"],
  [
    "anywhere",
    `put the binary of https://github.com/grafana/k6/releases/tag/${PINNED_K6_VERSION} on the PATH, or name it in K6_BIN`,
  ],
];

/** How to get k6, a line each, for errors and `doctor`. */
export const GET_K6: readonly string[] = [
  `npm run sim -- k6 install (builds ${PINNED_K6_VERSION} with Go, once), or`,
  ...INSTALL_COMMANDS.map(([platform, command]) => `${platform}: ${command}`),
];
