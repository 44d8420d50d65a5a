/** The fields of a package.json that matter for a deployment. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The runtime of the deployed functions (https://firebase.google.com/docs/functions/manage-functions#set_nodejs_version). */
const NODE_MAJOR = "24";

/**
 * The package.json that is deployed: the packages the compiled files import, in the repository's
 * exact versions, and nothing of the simulator's. Cloud Build installs them.
 */
export function functionsPackage(repository: Manifest, sources: readonly string[]): object {
  const names = [...new Set(sources.flatMap(importedPackages))].sort();
  const missing = names.filter((name) => repository.dependencies[name] === undefined);
  if (missing.length > 0) {
    throw new Error(
      `The functions import ${missing.join(", ")}: not in "dependencies" of package.json.`,
    );
  }
  return {
    name: `${repository.name}-functions`,
    version: repository.version,
    private: true,
    type: "module",
    main: "system/functions.js",
    engines: { node: NODE_MAJOR },
    dependencies: Object.fromEntries(names.map((name) => [name, repository.dependencies[name]])),
  };
}

/** Names of the packages a compiled module imports; Node's own modules and files are not packages. */
function importedPackages(source: string): readonly string[] {
  const specifiers = [
    ...source.matchAll(/^(?:import|export)\s(?:[\w$*{}\s,]+\sfrom\s)?"([^"]+)";$/gm),
  ];
  return specifiers
    .map(([, specifier = ""]) => specifier)
    .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
    .map((specifier) =>
      specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/"),
    );
}
