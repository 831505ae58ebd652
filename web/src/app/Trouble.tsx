import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Empty, Failed } from "../ui/blocks";
import { useWords } from "./words";

export function NoScreen() {
  const w = useWords();
  return <Empty title={w.noScreen} action={<Link to="/">{w.toStart}</Link>} />;
}

/** A screen that threw: said in words, with a way out; the rest of the program goes on. */
export function Broken({ error }: { error: unknown }) {
  const w = useWords();
  return (
    <>
      <Failed error={error} title={w.broken} />
      <Button ml={16} variant="default" size="xs" onClick={() => location.reload()}>
        {w.reload}
      </Button>
    </>
  );
}
