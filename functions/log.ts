/** One JSON line per batch, as CloudWatch Logs Insights reads it. Events themselves are never logged. */
export interface Log {
  readonly done: (message: string, fields: object) => void;
  readonly problem: (text: string) => void;
}

export const consoleLog: Log = {
  done: (message, fields) => console.log(JSON.stringify({ level: 'INFO', message, ...fields })),
  problem: (text) => console.error(JSON.stringify({ level: 'ERROR', message: text })),
};
