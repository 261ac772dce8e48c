// Writes strings of consent with the official libraries, and what the same libraries read in them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GVL, PurposeRestriction, Segment, TCModel, TCString } from '@iabtechlabtcf/core';
import { GppModel, Sections } from '@iabgpp/cmpapi';

const folder = process.argv[2];
const VENDOR = 755;
const DAY = 24 * 60 * 60 * 1000;

// The same numbers every time.
let seed = 20_261_127;
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};
const upTo = (most) => Math.floor(random() * most);
const some = (list, share) => list.filter(() => random() < share);

const numbers = Array.from({ length: 1_000 }, (_, i) => i + 1);
const purposes = Array.from({ length: 11 }, (_, i) => i + 1);
const list = new GVL({
  gvlSpecificationVersion: 3,
  vendorListVersion: 120,
  tcfPolicyVersion: 5,
  lastUpdated: '2026-10-01T00:00:00Z',
  purposes: Object.fromEntries(purposes.map((id) => [id, { id, name: `Purpose ${id}`, description: '', illustrations: [] }])),
  specialPurposes: { 1: { id: 1, name: '', description: '', illustrations: [] } },
  features: {},
  specialFeatures: { 1: { id: 1, name: '', description: '', illustrations: [] } },
  stacks: {},
  dataCategories: {},
  vendors: Object.fromEntries(numbers.map((id) => [id, {
    id, name: `Vendor ${id}`, purposes: [1, 7], legIntPurposes: [2, 8], flexiblePurposes: [2, 7], specialPurposes: [1],
    features: [], specialFeatures: [], cookieMaxAgeSeconds: 1, usesCookies: true, cookieRefresh: false,
    usesNonCookieAccess: false, urls: [],
  }])),
});

function tcString() {
  const model = new TCModel(list);
  model.cmpId = 7 + upTo(300);
  model.cmpVersion = 1 + upTo(20);
  model.consentScreen = upTo(4);
  model.isServiceSpecific = random() < 0.8;
  model.publisherCountryCode = ['DE', 'FR', 'AA'][upTo(3)];
  model.purposeConsents.set(some(purposes, [0.3, 0.9, 1][upTo(3)]));
  model.purposeLegitimateInterests.set(some([2, 7, 8, 9, 10], 0.5));
  // Few vendors are written as ranges, many as a field of bits.
  model.vendorConsents.set(some(numbers, [0.01, 0.5, 1][upTo(3)]));
  if (random() < 0.6) model.vendorConsents.set(VENDOR);
  model.vendorLegitimateInterests.set(some(numbers, [0, 0.02, 0.9][upTo(3)]));
  for (let n = upTo(4); n > 0; n--) {
    const restriction = new PurposeRestriction([1, 2, 7][upTo(3)], [0, 1, 2][upTo(3)]);
    const from = 700 + upTo(80);
    for (let vendor = from; vendor < from + upTo(60); vendor++) model.publisherRestrictions.add(vendor, restriction);
  }
  model.vendorsDisclosed.set(some(numbers, [0.4, 0.95][upTo(2)]));
  const at = new Date(Date.UTC(2025, 6, 1) + upTo(500) * DAY);
  model.created = new Date(at);
  model.lastUpdated = new Date(at.getTime() + upTo(30) * DAY);
  const segments = [[Segment.CORE], [Segment.CORE, Segment.VENDORS_DISCLOSED], [Segment.CORE, Segment.VENDORS_DISCLOSED, Segment.PUBLISHER_TC]];
  return TCString.encode(model, { segments: segments[upTo(3)] });
}

function readTc(text) {
  try {
    const model = TCString.decode(text);
    const restrictions = model.publisherRestrictions.getRestrictions(VENDOR);
    const forbidden = restrictions.some((it) => [1, 7].includes(it.purposeId) && [0, 2].includes(it.restrictionType));
    const disclosed = text.split('.').length > 1 ? model.vendorsDisclosed.has(VENDOR) : null;
    return {
      last_updated: model.lastUpdated.getTime(),
      purposes: purposes.filter((it) => model.purposeConsents.has(it)), vendor: model.vendorConsents.has(VENDOR),
      forbidden, disclosed,
    };
  } catch {
    return null;
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+ ';
function damaged(text) {
  const letters = [...text];
  for (let n = 1 + upTo(3); n > 0; n--) {
    const place = upTo(letters.length);
    if (random() < 0.2) letters.splice(place);
    else if (random() < 0.2) letters.splice(place, 1);
    else letters[place] = LETTERS[upTo(LETTERS.length)];
    if (letters.length === 0) break;
  }
  return letters.join('');
}

const states = Sections.SECTION_ORDER.filter((name) => name.startsWith('us') && !name.startsWith('usp'));
const OPT_OUTS = ['SaleOptOut', 'SharingOptOut', 'TargetedAdvertisingOptOut'];

function gppString() {
  const model = new GppModel();
  const european = random() < 0.3;
  for (const name of european ? [] : some(states, 0.15).concat(states[upTo(states.length)])) {
    for (const field of OPT_OUTS) if (fieldsOf(name).includes(field)) model.setFieldValue(name, field, upTo(3));
    if (fieldsOf(name).includes('Gpc')) {
      const included = random() < 0.5;
      model.setFieldValue(name, 'GpcSegmentIncluded', included);
      if (included) model.setFieldValue(name, 'Gpc', random() < 0.3);
    }
  }
  if (random() < 0.3) {
    model.setFieldValue('uspv1', 'Notice', 'Y');
    model.setFieldValue('uspv1', 'OptOutSale', ['Y', 'N', '-'][upTo(3)]);
  }
  if (european || random() < 0.2) {
    model.setFieldValue('tcfeuv2', 'PurposeConsents', Array.from({ length: 24 }, () => random() < 0.85));
    model.setFieldValue('tcfeuv2', 'PolicyVersion', 5);
    for (const field of ['Created', 'LastUpdated']) model.setFieldValue('tcfeuv2', field, new Date(Date.UTC(2026, 8, 1)));
  }
  return model.encode();
}

function fieldsOf(name) {
  const model = new GppModel();
  model.setFieldValue(name, 'SaleOptOut', 0);
  return Object.keys(model.getSection(name));
}

function readGpp(text) {
  try {
    const model = new GppModel(text);
    const out = [];
    let europe = null;
    for (const id of model.getSectionIds()) {
      const name = Sections.SECTION_ID_NAME_MAP.get(id);
      const section = model.getSection(name);
      if (name === 'tcfeuv2') europe = section.PurposeConsents[0] && section.PurposeConsents[6];
      const no = name === 'uspv1' ? section.OptOutSale === 'Y'
        : OPT_OUTS.some((field) => section[field] === 1) || section.Gpc === true;
      if (name !== 'tcfeuv2' && no) out.push(id);
    }
    return { sections: model.getSectionIds(), opted_out: out, europe };
  } catch {
    return null;
  }
}

function canadianString() {
  const model = new GppModel();
  for (const field of ['PurposesExpressConsent', 'PurposesImpliedConsent']) {
    model.setFieldValue('tcfcav1', field, Array.from({ length: 24 }, () => random() < 0.6));
  }
  model.setFieldValue('tcfcav1', 'VendorExpressConsent', some(numbers, [0.001, 0.02, 0.9][upTo(3)]));
  if (random() < 0.3) model.setFieldValue('uspv1', 'OptOutSale', 'N');
  for (const field of ['Created', 'LastUpdated']) model.setFieldValue('tcfcav1', field, new Date(Date.UTC(2026, 8, 1)));
  return model.encode();
}

function readCanadian(text) {
  try {
    const { PurposesExpressConsent: express, PurposesImpliedConsent: implied } = new GppModel(text).getSection('tcfcav1');
    return { canada: [0, 6].every((place) => express[place] || implied[place]) };
  } catch {
    return null;
  }
}

function written(make, read, sound, broken) {
  const good = Array.from({ length: sound }, make);
  const bad = Array.from({ length: broken }, () => damaged(good[upTo(good.length)]));
  return good.concat(bad).map((text, i) => JSON.stringify({ text, damaged: i >= sound, read: read(text) })).join('\n') + '\n';
}

writeFileSync(join(folder, 'tcf.jsonl'), written(tcString, readTc, 80, 240));
writeFileSync(join(folder, 'gpp.jsonl'), written(gppString, readGpp, 120, 120));
writeFileSync(join(folder, 'gpp_canada.jsonl'), written(canadianString, readCanadian, 60, 60));
