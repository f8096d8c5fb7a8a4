// Writes table.json: what opening_hours.js, OpenStreetMap's own evaluator, says of opening hours on every day of 2026 to
// 2030. The tests compare ours with it and need neither Node nor this file. To make it anew, in an empty folder:
//   npm install opening_hours@3.15.0 && cp .../make.mjs . && TZ=UTC node make.mjs .../data/catalogue/services.csv > table.json
// Times are the wall clock's: UTC has no summer time, so every day has 24 hours here.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const OpeningHours = require("opening_hours");
const ENGLAND = { lat: 52.6, lon: -1.1, address: { country_code: "gb", state: "England" } };
const FIRST = 2026, LAST = 2030, MINUTE = 60_000, DAY = 1440 * MINUTE;

// Made up for the tests. The dates of school holidays are not known to the evaluator, so what hours with "SH" mean in
// term time and in the holidays is written out by hand.
const MADE_UP = [
  "Tu[2] 10:00-12:00; PH off", "Tu[-1] 10:00-12:00; PH off", "We[1,3] 13:30-15:00; PH off", "Fr[5] 09:00-10:00; PH off",
  "Mo[1] 10:00-12:00", "Mo-Fr 09:00-17:00; Sa[1] 10:00-12:00; PH off",
  "Apr-Oct Sa 10:00-16:00; PH off", "Nov-Mar Mo-Fr 10:00-15:00; Apr-Oct Mo-Fr 09:00-17:00; PH off",
  "Jun 15-Sep 10 Su 14:00-17:00", "Mo-Fr 09:00-17:00; Dec 24-Jan 2 off; PH off", "Mo-Fr 09:00-17:00; PH off; Dec 24 09:00-12:00",
  "Mo-Fr 09:00-17:00; 2026 Dec 21-2027 Jan 3 off; PH off", "2027 Mar 1-2027 May 31 We 18:00-20:00; PH off",
  "Mo-Fr 09:00-17:00; PH 10:00-12:00", "Mo-Su 10:00-16:00; PH 11:00-15:00", "PH 10:00-12:00", "Mo-Fr,PH 09:00-17:00", "Mo-Fr,PH 22:00-06:00", "Mo,PH 22:00-06:00", "Sa-Mo,PH 10:00-12:00",
  "Fr 20:00-02:00; PH off", "Mo-Su,PH 22:00-06:00", "Fr-Sa 18:00-01:30; PH off", "Su 00:30-03:00; PH off", "Su 01:00-01:45; PH off",
  "Su,PH 01:30-05:00", "Mo-Su,PH 23:30-24:00", "Mo-Su,PH 00:00-24:00", "Sa,Su 00:00-24:00; PH off", "Mo-Fr 00:00-24:00",
  "Mo-Fr 09:00-12:00,13:00-17:00; PH off", "Mo-Fr 09:00-17:00; We off", "Mo-Fr 09:00-17:00; We 13:00-20:00; PH off",
  "Sa-Mo 10:00-12:00; PH off", "Mo-Fr 09:00-17:00", "Mo 09:00-10:00", "Su 10:00-12:00", "Fr 20:00-02:00",
  'Tu 10:00-12:00 "by appointment"', 'Tu 10:00-12:00 open "ring the bell"; PH off', 'Mo-Fr 09:00-17:00; Sa 10:00-12:00 "ring first"; PH off',
  "Mo-Fr 09:00-17:00 unknown; PH off", "off", "24/7", "week 01-53/2 We 10:00-12:00; PH off",
];
const WITH_SCHOOL_HOLIDAYS = {
  "Mo-Fr 09:00-15:00; SH off; PH off": ["Mo-Fr 09:00-15:00; PH off", "off"],
  "Mo-Fr 09:00-15:00; SH,PH off": ["Mo-Fr 09:00-15:00; PH off", "off"],
  "We 10:00-12:00; SH 09:00-11:00; PH off": ["We 10:00-12:00; PH off", "Mo-Su 09:00-11:00; PH off"],
  "SH Mo-Fr 10:00-12:00; PH off": ["off", "Mo-Fr 10:00-12:00; PH off"],
  "SH 10:00-16:00; PH off": ["off", "Mo-Su 10:00-16:00; PH off"],
  "Sa,SH 10:00-16:00; PH off": ["Sa 10:00-16:00; PH off", "Mo-Su 10:00-16:00; PH off"],
};

function clock(minutes) {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

// One text for each day: "09:00-12:00 ?13:00-17:00"; "?" marks hours that are not sure.
function days(hours) {
  const start = Date.UTC(FIRST, 0, 1), end = Date.UTC(LAST + 1, 0, 1);
  const found = Array.from({ length: (end - start) / DAY }, () => []);
  const iterator = new OpeningHours(hours, ENGLAND).getIterator(new Date(start));
  let from = start;
  while (from < end) {
    const mark = iterator.getUnknown() ? "?" : iterator.getState() ? "" : null;
    const to = iterator.advance(new Date(end)) ? Math.min(iterator.getDate().getTime(), end) : end;
    for (let at = from; mark !== null && at < to; ) {
      const day = Math.floor((at - start) / DAY), midnight = start + (day + 1) * DAY;
      const stop = Math.min(to, midnight);
      found[day].push(`${mark}${clock((at - midnight + DAY) / MINUTE)}-${clock((stop - midnight + DAY) / MINUTE)}`);
      at = stop;
    }
    from = to;
  }
  return found.map((spans) => spans.join(" "));
}

// The different days, and which of them each day is, one letter a day.
function packed(texts) {
  const kinds = [...new Set(texts)];
  return { kinds, days: texts.map((text) => String.fromCharCode(97 + kinds.indexOf(text))).join("") };
}

const [header, ...lines] = readFileSync(process.argv[2], "utf8").trim().split("\n");
const rows = lines.map((line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((cell) => cell.replace(/,$/, "").replace(/^"|"$/g, "")));
const column = header.split(",").indexOf("opening_hours");
const shipped = [...new Set(rows.map((row) => row[column]).filter(Boolean))];
const hours = {};
for (const text of [...shipped, ...MADE_UP]) hours[text] = [packed(days(text))];
for (const [text, readings] of Object.entries(WITH_SCHOOL_HOLIDAYS)) hours[text] = readings.map((one) => packed(days(one)));
const holidays = days("PH 00:00-24:00").flatMap((text, day) => (text ? [new Date(Date.UTC(FIRST, 0, 1) + day * DAY).toISOString().slice(0, 10)] : []));
console.log(JSON.stringify({ made_by: "opening_hours.js 3.15.0", first: `${FIRST}-01-01`, holidays, hours }, null, 1));
