import type { Mutant } from "./run_mutants.ts";

const OWNER_FLOW_TEST = "tests/flows/owner_flow_test.ts";
const HEALTH_TEST = "tests/views/health_test.ts";
const SIGN_IN_TEST = "tests/views/sign_in_test.ts";

/** Mistakes in the site. */
export const VIEWS: readonly Mutant[] = [
  {
    claims: ["Fixation", "7.2.4"],
    mistake: "signing in keeps the id",
    file: "views/sign_in.tsx",
    from: "session.regenerate(); // rights",
    to: "// rights",
    testIn: SIGN_IN_TEST,
    test: "signing in makes tokens from before it worthless",
  },
  {
    claims: ["7.4.3", "7.5.2"],
    mistake: "the button that ends one session ends none",
    file: "views/sign_in.tsx",
    from: "await revokeSessions(sessions, session.owner, { handle })",
    to: 'handle !== ""',
    testIn: SIGN_IN_TEST,
    test: "a site has a button for each other session, which ends that one",
  },
  {
    claims: ["Replay after logout", "7.4.4"],
    mistake: "signing out keeps the session",
    file: "views/sign_in.tsx",
    from: "session.destroy();",
    to: "",
    testIn: SIGN_IN_TEST,
    test: "signing out ends the session and all it holds",
  },
  {
    claims: ["7.4.3", "7.5.2"],
    mistake: "the button for all other devices ends the own session as well",
    file: "views/sign_in.tsx",
    from: "{ except: session }",
    to: "{}",
    testIn: OWNER_FLOW_TEST,
    test: "a visitor sees their sessions on all devices and ends the others",
  },
  {
    claims: ["7.4.3"],
    mistake: "signing in sets no owner",
    file: "views/sign_in.tsx",
    from: "if (store.owners !== undefined) session.setOwner(name);",
    to: "",
    testIn: OWNER_FLOW_TEST,
    test: "a visitor sees their sessions on all devices and ends the others",
  },
  {
    claims: ["A store that is down"],
    mistake: "the server is well while its store is down",
    file: "views/health.ts",
    from: "await store.ping();",
    to: "",
    testIn: HEALTH_TEST,
    test: "healthView() is ill when the store does not answer",
  },
];
