// What every scenario of the npm packages starts from: the stack's address and key, the native API.

import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

export const BASE_URL = process.env.BASE_URL;
export const API_KEY = process.env.API_KEY;
/** One that may change nothing. */
export const READING_KEY = process.env.READING_KEY;
export const NOT_A_KEY = "fb_test_nobody";

/** A package of the folder that .ci/run installs them into. */
export const load = createRequire(`${process.env.PACKAGES}/`);

/** Calls the native API, and gives what it answers; a refusal is an exception. */
export async function native(method, path, body) {
  const headers = { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" };
  const content = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(`${BASE_URL}/v1${path}`, { method, headers, body: content });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Gives a customer a payment method, for which these packages have no call. */
export async function giveCard(customer, card = "success") {
  return (await native("POST", "/payment_methods", { customer, test_card: card })).id;
}

/** A word that no other scenario has. */
export const unique = (word) => `${word}-${randomUUID().slice(0, 12)}`;

/** The exception of exactly this class that a call raises. */
export async function refused(kind, call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    if (error.constructor !== kind) throw error;
    return error;
  }
  throw new Error(`${kind.name} was not raised; answered ${JSON.stringify(answer)}`);
}
