/** What the backend said went wrong, if it said something; else what the error says. */
export function reasonOf(error: Error): string {
  const { body } = error as {
    body?: { error?: { message?: unknown } };
  };
  const said = body?.error?.message;
  return typeof said === 'string' && said ? said : error.message;
}
