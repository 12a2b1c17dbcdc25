/** One JSON line per batch, as CloudWatch Logs Insights reads it. Events themselves are never logged. */

export function log(message: string, fields: object): void {
  console.log(JSON.stringify({ level: 'INFO', message, ...fields }));
}

export function logProblem(problem: string): void {
  console.error(JSON.stringify({ level: 'ERROR', message: problem }));
}
