/** An error that an AWS service answers with: its name, its message, and the fields that some errors carry. */
export class ServiceError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly fields: Readonly<Record<string, unknown>> = {},
    readonly status = 400,
  ) {
    super(message);
    this.name = type;
  }
}

/** The error of AWS's request validation, in its own words. */
export function constraint(value: unknown, path: string, rule: string): ServiceError {
  const shown =
    value === undefined || value === null ? 'null' : typeof value === 'string' ? value : JSON.stringify(value);
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value ${shown === 'null' ? shown : `'${shown.slice(0, 200)}'`} at '${path}' failed to satisfy constraint: ${rule}`,
  );
}
