/** Tokens, names, paths and operands: what condition, update and projection expressions have in common. */
import { type AttributeValue, invalid } from './attribute-value.ts';
import { type DocumentPath, readPath } from './document-path.ts';
import type { Placeholders } from './placeholders.ts';

const token = /\s*([A-Za-z_][A-Za-z0-9_]*|#[A-Za-z0-9_]+|:[A-Za-z0-9_]+|\d+|<>|<=|>=|[=<>()[\],.+-])/y;

export type Operand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'size'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly value: AttributeValue };

export function operandValue(
  operand: Operand,
  item: Readonly<Record<string, AttributeValue>> | undefined,
): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value;
  const value = readPath(item, operand.path);
  if (operand.kind === 'path' || value === undefined) return value;
  const size =
    value.S?.length ??
    (value.B === undefined ? undefined : Buffer.byteLength(value.B, 'base64')) ??
    (value.M === undefined ? undefined : Object.keys(value.M).length) ??
    (value.L ?? value.SS ?? value.NS ?? value.BS)?.length;
  return size === undefined ? undefined : { N: String(size) };
}

export class ExpressionReader {
  readonly #tokens: readonly string[];
  #next = 0;

  /** `kind` is the name of the expression in the request, for the messages. */
  constructor(
    text: string,
    readonly kind: string,
    readonly placeholders: Placeholders,
  ) {
    if (text.trim() === '') throw invalid(`Invalid ${kind}: The expression can not be empty;`);
    const tokens: string[] = [];
    token.lastIndex = 0;
    const end = text.trimEnd().length;
    while (token.lastIndex < end) {
      const at = token.lastIndex;
      const found = token.exec(text)?.[1];
      if (found === undefined)
        throw invalid(
          `Invalid ${kind}: Syntax error; token: "${text.slice(at).trim().charAt(0)}", near: "${text.slice(at)}"`,
        );
      tokens.push(found);
    }
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** The token that comes next, or the one after. */
  peek(ahead = 0): string | undefined {
    return this.#tokens[this.#next + ahead];
  }

  /** Takes the next token if it is this one; keywords in either case. */
  take(expected: string): boolean {
    if (this.peek()?.toUpperCase() !== expected) return false;
    this.#next += 1;
    return true;
  }

  expect(expected: string): void {
    if (!this.take(expected)) throw this.fault();
  }

  fault(): ServiceFault {
    const near = this.#tokens.slice(Math.max(0, this.#next - 1), this.#next + 2).join(' ');
    return invalid(`Invalid ${this.kind}: Syntax error; token: "${this.peek() ?? '<EOF>'}", near: "${near}"`);
  }

  path(): DocumentPath {
    const steps: (string | number)[] = [];
    for (;;) {
      if (this.take('[')) {
        const index = this.#tokens[this.#next];
        if (index === undefined || !/^\d+$/.test(index)) throw this.fault();
        this.#next += 1;
        this.expect(']');
        steps.push(Number(index));
      } else if (steps.length === 0 || this.take('.')) steps.push(this.#name());
      else break;
    }
    return [String(steps[0]), ...steps.slice(1)];
  }

  operand(): Operand {
    const next = this.peek() ?? '';
    if (next.startsWith(':')) {
      this.#next += 1;
      return { kind: 'value', value: this.placeholders.value(next, this.kind) };
    }
    if (next === 'size' && this.peek(1) === '(') {
      this.#next += 2;
      const path = this.path();
      this.expect(')');
      return { kind: 'size', path };
    }
    return { kind: 'path', path: this.path() };
  }

  #name(): string {
    const next = this.peek() ?? '';
    if (!/^[A-Za-z_#]/.test(next)) throw this.fault();
    this.#next += 1;
    return next.startsWith('#') ? this.placeholders.name(next, this.kind) : next;
  }
}

type ServiceFault = ReturnType<typeof invalid>;
