// shared (api, i18n, live, session, time, ui) <- parts (errands, files, offline, pwa, request, softphone) <- features <- app.
const features =
  "^src/(journal|login|desk|companies|houses|contacts|staff|users|reasons|routing|directories|audit|lines|setup)/";
module.exports = {
  forbidden: [
    {
      name: "features-do-not-know-each-other",
      severity: "error",
      comment: "compose two features in src/app",
      from: { path: features },
      to: { path: features, pathNot: "^src/$1/" },
    },
    {
      name: "shared-knows-no-feature",
      severity: "error",
      from: { path: "^src/(api|i18n|live|session|time|ui)/" },
      to: {
        path: "^src/(journal|login|desk|companies|houses|contacts|staff|users|reasons|routing|directories|audit|lines|setup|errands|files|request|softphone|app)/",
      },
    },
    {
      name: "features-do-not-know-app",
      severity: "error",
      from: {
        path: "^src/(journal|login|desk|companies|houses|contacts|staff|users|reasons|routing|directories|audit|lines|setup|errands|files|offline|pwa|request|softphone)/",
      },
      to: { path: "^src/app/" },
    },
    {
      name: "parts-know-no-feature",
      severity: "error",
      from: { path: "^src/(errands|files|offline|pwa|request|softphone)/" },
      to: { path: features },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
