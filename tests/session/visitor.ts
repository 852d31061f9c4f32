export { type VisitOptions, Visitor } from "../support/browser.ts";
export { Clock } from "../support/clock.ts";
export { SECRET } from "../support/secrets.ts";
export { cookieSessions, sessionsIn, type Values } from "../support/sessions.ts";
