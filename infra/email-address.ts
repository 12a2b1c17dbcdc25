/** Whether a text can be an address: more than its form is said by nobody but who confirms it. */
export function isEmailAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}
