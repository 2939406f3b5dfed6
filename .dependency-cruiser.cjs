/**
 * The import rules of docs/architecture.md. A folder of src may import core/ and what is named
 * here; everything else arrives by constructor from the composition roots (processes/ and cli/).
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */

/** What a folder of src may import beside itself and core/; a folder that is not named here, nothing. */
const mayImport = {
  pool: ["src/isolate/", "runtime-api/ops.ts"],
  control: ["src/store/"],
  // The op names and types that both sides of the bridge share.
  isolate: ["runtime-api/(crypto-)?ops[.]ts$"],
};

/** Composition roots may import everything; core/ has a rule of its own. */
const elsewhere = ["processes", "cli", "core"];

const ours = "^(src|runtime-api|bench|fuzz|test|samples|bin)/";

const folderRules = [
  {
    name: "folders-import-themselves-and-core",
    comment: "The rest arrives by constructor from the composition roots.",
    severity: "error",
    from: { path: "^src/([^/]+)/", pathNot: `^src/(${[...elsewhere, ...Object.keys(mayImport)].join("|")})/` },
    to: { path: ours, pathNot: "^src/($1|core)/" },
  },
  ...Object.entries(mayImport).map(([folder, others]) => ({
    name: `${folder}-imports`,
    comment: `Beside itself and core, src/${folder} imports only ${others.join(", ")}.`,
    severity: "error",
    from: { path: `^src/${folder}/` },
    to: { path: ours, pathNot: [`^src/(${folder}|core)/`, ...others.map((other) => `^${other}`)] },
  })),
];

module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: "core-imports-nothing-of-ours",
      severity: "error",
      from: { path: "^src/core/" },
      to: { path: ours, pathNot: "^src/core/" },
    },
    {
      name: "only-roots-wire",
      comment: "src/config.ts and src/main.ts are read by the composition roots only.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(processes/|cli/|[^/]+[.]ts$)" },
      to: { path: "^src/[^/]+[.]ts$" },
    },
    {
      name: "only-isolate-imports-isolated-vm",
      comment: "isolated-vm can abort or hang its process: one folder knows how it is handled.",
      severity: "error",
      from: { pathNot: "^(src/isolate|test)/" },
      to: { path: "node_modules/isolated-vm/" },
    },
    {
      name: "runtime-api-stands-alone",
      comment: "It runs inside the isolate: nothing of src, no Node built-ins.",
      severity: "error",
      from: { path: "^runtime-api/", pathNot: "^runtime-api/(runners|node)/" },
      to: { pathNot: "^(runtime-api|node_modules)/", couldNotResolve: false },
    },
    {
      name: "node-modules-stand-alone",
      comment:
        "A tenant imports them: they reach the runtime by islet:node only, and what is of Node they import of each other.",
      severity: "error",
      from: { path: "^runtime-api/node/" },
      to: { path: ours, pathNot: "^runtime-api/node(/|-host[.]ts$)" },
    },
    {
      name: "runners-stand-alone",
      comment: "They run inside containers, under Node: one rule of how specifiers are read, and nothing else of ours.",
      severity: "error",
      from: { path: "^runtime-api/runners/" },
      to: { path: ours, pathNot: "^(runtime-api/runners/|src/core/specifier[.]ts$)" },
    },
    {
      name: "runtime-api-packages",
      comment: "The packages that were found to load in a bare isolate.",
      severity: "error",
      from: { path: "^runtime-api/", pathNot: "^runtime-api/node/" },
      to: {
        path: "^node_modules/",
        pathNot:
          "^node_modules/(web-streams-polyfill|urlpattern-polyfill|css-what|core-js|@remix-run/(multipart-parser|headers))/",
      },
    },
    {
      name: "node-modules-packages",
      comment: "Evaluated as a tenant's own are, so that they may be CommonJS.",
      severity: "error",
      from: { path: "^runtime-api/node/" },
      to: { path: "^node_modules/", pathNot: "^node_modules/(unenv|readable-stream|fflate|@types/node)/" },
    },
    {
      name: "bench-imports",
      comment: "The bench measures Islet from outside; the simulator runs the scheduler that ships.",
      severity: "error",
      from: { path: "^bench/", pathNot: "^bench/(containers/|servers/listening-runner[.]ts$)" },
      to: { path: "^(src|runtime-api|test)/", pathNot: "^src/(scheduler|core)/" },
    },
    {
      name: "samples-import-core-types-only",
      severity: "error",
      from: { path: "^samples/" },
      to: { path: "^(src|runtime-api|bench|test)/", pathNot: "^src/core/" },
    },
    {
      name: "nothing-shipped-imports-tests-or-bench",
      severity: "error",
      from: { path: "^(src|runtime-api|bin|samples)/" },
      to: { path: "^(test|bench|fuzz)/" },
    },
    {
      name: "no-cycles",
      comment: "Type-only imports close no cycle when the program runs, and lazy.ts loads at the first call only.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { pathNot: "^runtime-api/lazy[.]ts$", dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      comment: "A module that imports nothing and is imported by nothing is left over.",
      severity: "error",
      from: {
        orphan: true,
        pathNot: ["[.]d[.]ts$", "^runtime-api/node/", "^samples/[^/]+/(index|server)[.]", "^bench/functions/"],
      },
      to: {},
    },
    {
      name: "no-nameless-files",
      comment: "A file is named for what it does.",
      severity: "error",
      from: {},
      to: { path: "/(util|utils|helper|helpers|common|manager|managers|misc)[./]", pathNot: "node_modules" },
    },
    {
      name: "no-unresolvable",
      comment: "Those of islet: are linked by the host; unenv names types of modules for which it has none.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(islet:(node|required)$|unenv/node/)" },
    },
    {
      name: "no-dev-packages-in-what-ships",
      severity: "error",
      from: { path: "^(src|runtime-api|bin)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    },
    {
      name: "no-undeclared-packages",
      severity: "error",
      from: { path: "^(src|runtime-api|bin|bench|samples)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    exclude: { path: "^(node_modules/.*/node_modules|bench/results)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".tsx", ".js", ".cjs", ".json", ".d.ts"],
    },
  },
};
