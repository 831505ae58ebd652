// shared (api, i18n, live, session, time, ui) <- parts (errands, files, notify, offline, player, pwa, request, softphone) <- features <- app.
// notices, tasks, supplierTickets, calls, shift, dashboard, queue and recordings still hold parts that others use: not under the rule yet.
const names = [
  "announcements|audit|companies|contacts|desk|deskPhones|directories|emergency|houses|journal|lines|login",
  "reasons|routing|setup|staff|trunks|users|wallboard",
].join("|");
const features = `^src/(${names})/`;
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
      to: { path: `^src/(${names}|errands|files|request|softphone|app)/` },
    },
    {
      name: "features-do-not-know-app",
      severity: "error",
      from: { path: `^src/(${names}|errands|files|offline|pwa|request|softphone)/` },
      to: { path: "^src/app/" },
    },
    {
      name: "parts-know-no-feature",
      severity: "error",
      from: { path: "^src/(errands|files|notify|offline|player|pwa|request|softphone)/" },
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
