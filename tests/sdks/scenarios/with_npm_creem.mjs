// Creem's own package for Node, creem 1.13, which checks every answer against its schemas.

import assert from "node:assert/strict";

import { API_KEY, BASE_URL, giveCard, load, native, NOT_A_KEY, refused, unique } from "./scenario.mjs";

const { Creem } = load("creem");
const { APIError } = load("creem/models/errors");

const client = (key = API_KEY) => new Creem({ apiKey: key, serverURL: `${BASE_URL}/creem` });

const product = (fields = {}) =>
  client().products.create({
    name: "Gold",
    description: "Plan",
    price: 1500,
    currency: "USD",
    billingType: "onetime",
    ...fields,
  });

async function rows(pages) {
  const found = [];
  for await (const page of await pages) found.push(...page.result.items);
  return found;
}

export async function aCheckoutIsMadeAndReadBack() {
  const sold = await product();
  const made = await client().checkouts.create({
    productId: sold.id,
    requestId: unique("request"),
    units: 2,
    customer: { email: "ada@example.com" },
    successUrl: "https://shop.example/thanks",
    metadata: { cart: "a", n: 2 },
    customFields: [
      { type: "text", key: "seat", label: "Seat", text: { minLength: 2 } },
      { type: "checkbox", key: "gift", label: "Gift", optional: true },
    ],
  });
  assert.deepEqual([made.object, made.status, made.mode], ["checkout", "pending", "test"]);
  assert.deepEqual([made.units, made.product.id], [2, sold.id]);
  assert.deepEqual(made.customFields.map((field) => field.key), ["seat", "gift"]);
  const read = await client().checkouts.retrieve(made.id);
  assert.deepEqual([read.id, read.checkoutUrl], [made.id, made.checkoutUrl]);
  assert.equal((await native("GET", `/checkouts/${made.id}`)).total_amount, 3000);
}

export async function theOlderSpellingOfCustomFieldsIsTaken() {
  const asked = [{ type: "text", key: "seat", label: "Seat" }];
  const made = await client().checkouts.create({ productId: (await product()).id, customField: asked });
  assert.equal(made.customFields[0].key, "seat");
}

export async function aPriceOfItsOwnAndADiscountChangeWhatIsOwed() {
  const sold = await product();
  const dearer = await client().checkouts.create({ productId: sold.id, customPrice: 2000 });
  assert.equal((await native("GET", `/checkouts/${dearer.id}`)).total_amount, 2000);
  const code = unique("S").toUpperCase().replaceAll("-", "");
  const cut = await client().discounts.create({
    name: "Sale",
    code,
    type: "percentage",
    percentage: 10,
    duration: "once",
    appliesToProducts: [sold.id],
  });
  const made = await client().checkouts.create({ productId: sold.id, discountCode: code });
  assert.equal(made.discount.id, cut.id);
  assert.equal((await native("GET", `/checkouts/${made.id}`)).total_amount, 1350);
  assert.equal((await client().discounts.get(undefined, code)).id, cut.id);
  await client().discounts.delete(cut.id);
}

export async function productsAreKeptAndListedPageByPage() {
  const monthly = { billingType: "recurring", billingPeriod: "every-month" };
  const plan = await product(monthly);
  assert.equal(plan.billingPeriod, "every-month");
  const sold = await product({ imageUrl: "https://shop.example/gold.png" });
  assert.deepEqual(await client().products.get(sold.id), sold);
  const changed = await client().products.update(sold.id, { name: "Silver", price: 900 });
  assert.deepEqual([changed.name, changed.price], ["Silver", 900]);
  const read = (await rows(client().products.search(1, 100))).map((row) => row.id);
  assert.deepEqual(read.slice(0, 2), [sold.id, plan.id]);
  assert.equal((await client().products.archive(sold.id)).status, "archived");
}

export async function customersAndTheirOrdersAreShown() {
  const email = `${unique("ada")}@example.com`;
  const made = await client().customers.create({ email, name: "Ada" });
  assert.equal((await client().customers.retrieve(undefined, email)).id, made.id);
  const changed = await client().customers.update({ customerId: made.id, name: "Ada L." });
  assert.equal(changed.name, "Ada L.");
  await giveCard(made.id);
  const line = { product: (await product()).id, quantity: 2 };
  await native("POST", "/orders", { customer: made.id, line_items: [line], collection: "charge_now" });
  const { items } = await client().customers.getOrders(made.id);
  assert.deepEqual([items.length, items[0].status, items[0].amountPaid], [1, "paid", 3000]);
}

export async function whatIsWrongIsSaidByItsStatus() {
  const sold = (await product()).id;
  const wrong = () => client().checkouts.create({ productId: sold, customPrice: 1 });
  const error = await refused(APIError, wrong);
  assert.equal(error.statusCode, 400);
  assert.match(JSON.parse(error.body).message[0], /^custom_price: /);
  const missing = await refused(APIError, () => client().checkouts.retrieve("chk_none"));
  assert.equal(missing.statusCode, 404);
  const strange = await refused(APIError, () => client(NOT_A_KEY).products.get(sold));
  assert.equal(strange.statusCode, 403);
}

export async function theSameRequestIdMakesOneCheckout() {
  const terms = { productId: (await product()).id, requestId: unique("request") };
  const made = await client().checkouts.create(terms);
  assert.equal((await client().checkouts.create(terms)).id, made.id);
}
