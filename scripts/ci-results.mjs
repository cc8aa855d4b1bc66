/**
 * Counts what passed and failed in the JSON report of a test run, and appends what failed, with the first lines of each reason, to a file.
 * A test file that fails without a failing test counts as one: `node scripts/ci-results.mjs REPORT FAILURES`.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [report, failures] = process.argv.slice(2);
const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
const LINES_SHOWN = 8;

const failed = testResults
  .filter((file) => file.status === 'failed')
  .flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed');
    const reasons = tests.map((test) => ({ what: test.fullName, why: test.failureMessages.join('\n') }));
    return (tests.length > 0 ? reasons : [{ what: 'the file', why: message }]).map((reason) => ({
      ...reason,
      file: relative('.', name),
    }));
  });
for (const { file, what, why } of failed) {
  const lines = why.split('\n').slice(0, LINES_SHOWN);
  appendFileSync(failures, `FAILED: ${file}: ${what}\n${lines.map((line) => `  ${line.slice(0, 300)}`).join('\n')}\n`);
}
console.log(numPassedTests, failed.length);
