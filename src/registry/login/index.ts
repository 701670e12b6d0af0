/**
 * In: a repository or a registry, the files, variables and helpers of this machine. Out: the credential that is meant for it, and logins kept or forgotten.
 * Must not: give one to another registry, name a secret in a message, or keep a login that the registry did not accept.
 */
export { helperProgram } from './helper.ts';
export { checkLogin, type Forgotten, forgetLogin, type Login, otherLogins, saveLogin } from './login.ts';
export { type LoginSurvey, surveyLogins } from './survey.ts';
