// Polar's package for Node, @polar-sh/sdk 0.49, which checks every answer against its schemas.

import assert from "node:assert/strict";

import { API_KEY, BASE_URL, giveCard, load, native, NOT_A_KEY, READING_KEY, refused, unique } from "./scenario.mjs";

const { Polar } = load("@polar-sh/sdk");
const { HTTPValidationError } = load("@polar-sh/sdk/models/errors/httpvalidationerror.js");
const { OrderNotDraft } = load("@polar-sh/sdk/models/errors/ordernotdraft.js");
const { ResourceNotFound } = load("@polar-sh/sdk/models/errors/resourcenotfound.js");
const { SDKError } = load("@polar-sh/sdk/models/errors/sdkerror.js");

const FIXED = { amountType: "fixed", priceCurrency: "usd", priceAmount: 4900 };

const client = (key = API_KEY) => new Polar({ accessToken: key, serverURL: `${BASE_URL}/polar` });
const product = (fields) => client().products.create({ name: "Token pack", prices: [FIXED], ...fields });

async function customer(card) {
  const made = await client().customers.create({ email: `${unique("ada")}@example.com`, name: "Ada" });
  if (card) await giveCard(made.id, card);
  return made;
}

async function draft(card = "success", fields = {}) {
  const [payer, sold] = [await customer(card), await product()];
  return client().orders.create({ customerId: payer.id, productId: sold.id, ...fields });
}

async function rows(pages) {
  const found = [];
  for await (const page of await pages) found.push(...page.result.items);
  return found;
}

export async function aDraftIsMadeAndReadBack() {
  const made = await draft("success", { metadata: { cart: "a", n: 2 }, description: "Two packs" });
  assert.deepEqual([made.status, made.totalAmount, made.currency], ["draft", 4900, "usd"]);
  assert.deepEqual(made.metadata, { cart: "a", n: 2 });
  assert.deepEqual(await client().orders.get({ id: made.id }), made);
  assert.equal((await native("GET", `/orders/${made.id}`)).total_amount, 4900);
}

export async function ordersAreListedPageByPage() {
  const [owner, sold] = [await customer(), await product()];
  const made = [];
  for (let count = 0; count < 3; count += 1) {
    made.push((await client().orders.create({ customerId: owner.id, productId: sold.id })).id);
  }
  const read = await rows(client().orders.list({ customerId: owner.id, limit: 2 }));
  assert.deepEqual(read.map((row) => row.id), made.reverse());
}

export async function aDraftIsFinalizedAndPaid() {
  const made = await draft();
  const paid = await client().orders.finalize({ id: made.id, orderFinalize: {} });
  assert.deepEqual([paid.status, paid.paid, paid.dueAmount], ["paid", true, 0]);
  const error = await refused(OrderNotDraft, () => client().orders.finalize({ id: made.id }));
  assert.equal(error.statusCode, 412);
  const [payment] = await rows(client().payments.list({ orderId: made.id }));
  assert.deepEqual([payment.status, payment.amount], ["succeeded", 4900]);
}

export async function aDeclinedCardSaysSo() {
  const expected = { insufficient_funds: "PaymentFailed", authentication_required: "PaymentActionRequired" };
  for (const [card, named] of Object.entries(expected)) {
    const made = await draft(card);
    let error;
    try {
      await client().orders.finalize({ id: made.id });
    } catch (raised) {
      error = raised;
    }
    assert.deepEqual([error?.statusCode, error?.error], [402, named]);
  }
}

export async function aKeyThatMayNotChargeIsRefused() {
  const made = await draft();
  let error;
  try {
    await client(READING_KEY).orders.finalize({ id: made.id });
  } catch (raised) {
    error = raised;
  }
  assert.deepEqual([error?.statusCode, error?.error], [403, "OffSessionChargesNotEnabled"]);
}

export async function productsAndCustomersAreKept() {
  const sold = await product({ description: "Soft", metadata: { a: "b" } });
  assert.deepEqual(await client().products.get({ id: sold.id }), sold);
  const dearer = { ...FIXED, priceAmount: 5900 };
  const changed = await client().products.update({ id: sold.id, productUpdate: { prices: [dearer] } });
  assert.equal(changed.prices[0].priceAmount, 5900);
  const kept = { name: "Pack", prices: [{ id: changed.prices[0].id }] };
  const renamed = await client().products.update({ id: sold.id, productUpdate: kept });
  assert.deepEqual([renamed.name, renamed.prices], ["Pack", changed.prices]);
  const ada = await customer("success");
  assert.equal((await client().customers.get({ id: ada.id })).email, ada.email);
  const cards = await rows(client().customers.listPaymentMethods({ id: ada.id }));
  assert.deepEqual(cards.map((card) => card.isDefault), [true]);
  const found = await rows(client().customers.list({ email: ada.email }));
  assert.deepEqual(found.map((row) => row.id), [ada.id]);
}

export async function aCheckoutIsMadeAndReadBack() {
  const sold = await product();
  const made = await client().checkouts.create({ products: [sold.id] });
  assert.deepEqual([made.status, made.totalAmount], ["open", 4900]);
  assert.equal((await client().checkouts.get({ id: made.id })).id, made.id);
}

export async function whatIsWrongIsSaidByItsKind() {
  const error = await refused(HTTPValidationError, () => draft("success", { amount: 1 }));
  assert.deepEqual([error.statusCode, error.detail[0].loc], [422, ["body", "amount"]]);
  await refused(ResourceNotFound, () => client().orders.get({ id: "ord_none" }));
  await refused(ResourceNotFound, () => client().orders.finalize({ id: "ord_none" }));
  const strange = await refused(SDKError, () => client(NOT_A_KEY).orders.get({ id: "ord_none" }));
  assert.equal(strange.statusCode, 401);
}
