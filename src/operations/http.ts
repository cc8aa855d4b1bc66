export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type HttpTemplate = `${HttpMethod} /${string}`;
export type Binding = 'label' | 'query' | 'body';
type Routed = { readonly http: HttpTemplate };

/** The method and path template of an operation, such as `GET` and `/kx/environments/{environmentId}`. */
export function route(operation: Routed): { method: HttpMethod; path: string } {
  const [method, path] = operation.http.split(' ') as [HttpMethod, string];
  return { method, path };
}

/** The input members in the path, in order. */
export const labels = (operation: Routed): string[] => labelsIn(operation.http);

/** The labels in a path template, in order. */
export function labelsIn(path: string): string[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), (match) => match[1] as string);
}

/** Where a member is sent: in the path if the template names it, otherwise in the query of GET and DELETE, or in the body. */
export function binding(operation: Routed, member: string): Binding {
  if (labels(operation).includes(member)) return 'label';
  return /^(GET|DELETE) /.test(operation.http) ? 'query' : 'body';
}
