// A link of our own markup, followed without loading the app again; and the address of a link to
// the page that is already open, which Streamlit follows without writing it down.
const plain = (event) =>
  event.button === 0 && !event.defaultPrevented &&
  !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

const step = { ArrowLeft: -1, ArrowRight: 1 };

export default function ({ setTriggerValue }) {
  const follow = (event) => {
    const link = plain(event) && event.target.closest?.("a[href]");
    if (!link || link.target === "_blank") return;
    const target = new URL(link.href, location.href);
    if (target.origin !== location.origin) return;
    if (link.closest(".in-app")) {
      event.preventDefault();
      const folder = location.pathname.replace(/[^/]*$/, "");
      setTriggerValue("address", target.pathname.replace(folder, "") + target.search);
    } else if (
      link.closest('[data-testid="stPageLink"]') &&
      target.pathname === location.pathname && target.search !== location.search
    ) {
      history.pushState({}, "", target);
    }
  };
  // The lamps of a row are one stop of the keyboard: the arrows move on it.
  const walk = (event) => {
    const lamps = step[event.key] && event.target.closest?.(".lamps");
    if (!lamps) return;
    const links = [...lamps.querySelectorAll("a")];
    const next = links[links.indexOf(event.target) + step[event.key]];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  document.addEventListener("click", follow, true);
  document.addEventListener("keydown", walk);
  return () => {
    document.removeEventListener("click", follow, true);
    document.removeEventListener("keydown", walk);
  };
}
