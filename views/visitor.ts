/** The data that the site keeps in a visitor's session. */
export interface Visitor {
  /** The number of visits to the tutorial's two pages. */
  counter: number;
  /** The items in the cart, in the order they were added. */
  cart: readonly string[];
  /** The name that the visitor signed in with. */
  name: string;
}
