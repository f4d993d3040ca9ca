// Reads a mail's HTML on standard input and prints, as JSON, which of its features which mail
// programs support not at all ("none") or in part ("partial"), by the data of caniemail.com.
import { readFileSync } from 'node:fs';

import { caniemail, rawData } from 'caniemail';

const UNTESTED = 'u';
// The checker counts what nobody tested as partial, and stops where it knows nothing of a program.
const programs = new Set(
  rawData.data.flatMap(({ stats }) =>
    Object.entries(stats).flatMap(([family, on]) => Object.keys(on).map((os) => `${family}.${os}`))
  )
);
const tested = {};
for (const { title, stats } of rawData.data) {
  for (const program of programs) {
    const [family, os] = program.split('.');
    stats[family] ??= {};
    stats[family][os] ??= { 0: UNTESTED };
    const latest = Object.keys(stats[family][os]).sort().at(-1);
    tested[`${title} ${program}`] = !stats[family][os][latest].startsWith(UNTESTED);
  }
}

const { issues } = caniemail({ clients: ['*'], html: readFileSync(0, 'utf8') });
const told = (found) => {
  const features = {};
  for (const [program, list] of found.entries()) {
    for (const { title } of list) {
      if (tested[`${title} ${program}`]) (features[title] ??= new Set()).add(program);
    }
  }
  return Object.fromEntries(
    Object.entries(features).sort().map(([title, names]) => [title, [...names].sort()])
  );
};
console.log(JSON.stringify({ none: told(issues.errors), partial: told(issues.warnings) }));
