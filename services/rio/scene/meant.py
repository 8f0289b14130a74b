"""What people and models say, and what it is called here: for errors that name the right word.

Many have learned other drawing libraries, other widgets and CSS; what they try first is worth more than what is spelled
alike. Read by errors only: nothing here makes any of these words work.
"""

from collections.abc import Collection, Iterable, Mapping

from rio.scene.values import nearest


def word_for(said: str, words: Collection[str]) -> str:
    """A hint for a word that a noun with these words does not take: `; say size`, or nothing."""
    for meant in _WORDS.get(said.lower(), "").split(" | "):
        if meant in words or (meant and not meant.isidentifier()):
            return f"; say {meant}"
    return nearest(said, words)


def name_for(said: str, names: Iterable[str]) -> str:
    """A hint for a name that nobody has given: `; say box`, `; did you mean sphere?`, or nothing."""
    meant = _NAMES.get(said.lower())
    return f"; say {meant}" if meant else nearest(said, names)


def _each(table: Mapping[str, str]) -> dict[str, str]:
    """From `{meant: "said also_said"}` to `{said: meant | meant}`, in the order of the table."""
    found: dict[str, str] = {}
    for meant, said in table.items():
        for word in said.split():
            found[word] = f"{found[word]} | {meant}" if word in found else meant
    return found


_WORDS = _each(  # of words that are said for several, the first that the noun has is meant
    {
        "points": "vertices coordinates coords data values series pts x y xs ys",
        "at": "position pos center centre location start begin origin x y z left top pivot translate translation",
        "to": "end stop finish destination",
        "stop(node)": "stop pause",
        "seconds": "duration time length",
        "animate(…, seconds=2)": "duration",
        "thickness": "line_width linewidth stroke_width",
        "radius": "corner_radius border_radius rounding rounded corners round",
        "size": "radius r diameter width w height h depth length thickness dimensions extent font_size fontsize "
        "line_width linewidth stroke_width weight",
        "border": "stroke outline stroke_width border_width outline_width edge",
        "border_color": "stroke_color outline_color border_colour edge_color edgecolor",
        "color": "colour fill fill_color fillcolor paint bg background background_color fg foreground tint text_color "
        "stroke stroke_color",
        "opacity": "alpha transparency",
        "rotate": "rotation angle rot orientation heading",
        "visible": "hidden hide show shown display",
        "layer": "z_index zindex z_order z order depth",
        "text": "content label title caption string value words name",
        "faces": "triangles indices",
        "brightness": "intensity power strength energy",
        "target": "look_at lookat direction",
        "font": "bold italic font_weight font_style font_family style mono weight",
        "anchor": "align alignment justify text_align ha va",
        "value": "checked selected state on default initial progress percent current",
        "low": "min minimum min_value from_ vmin",
        "high": "max maximum max_value to vmax",
        "step": "increment resolution",
        "hint": "placeholder",
        "lines": "multiline height rows",
        "options": "items choices values entries",
        "columns": "headers header head fields",
        "rows": "data cells values items",
        "labels": "names categories ticks",
        "x_text": "xlabel x_label x_axis",
        "y_text": "ylabel y_label y_axis",
        "image": "src source file filename url picture texture",
        "enabled": "disabled active",
        "tags": "tag cls class_ group groups",
        "scale": "zoom stretch",
        "shadow": "shadows cast_shadow",
        "remove()": "delete destroy kill dispose",
        "find(name)": "get lookup",
        "@node.on_click above a function": "on_click onclick command callback action on_press clicked",
        "@node.on_change above a function": "on_change onchange changed",
    }
)

_NAMES = _each(
    {
        "box": "cube cuboid block brick",
        "sphere": "ball orb",
        "cone": "pyramid",
        "torus": "ring donut doughnut",
        "plane": "floor ground",
        "light": "lamp sun spotlight point_light directional_light ambient_light",
        "rect": "rectangle square panel",
        "circle": "ellipse oval disc disk",
        "text": "label title write heading paragraph",
        "line": "polyline arrow segment",
        "polygon": "triangle star hexagon poly",
        "points": "dot dots point particles point_cloud pointcloud",
        "path": "arc curve bezier svg spline",
        "image": "img picture photo sprite texture",
        "model": "load_model obj gltf",
        "background": "bg set_background backdrop sky",
        "window": "frame dialog form",
        "choice": "dropdown select combobox combo radio",
        "entry": "textfield textbox text_input textarea text_field",
        "checkbox": "toggle switch",
        "progress": "progressbar progress_bar",
        "chart": "graph figure axes histogram",
        "separator": "divider",
        "on_frame": "on_update on_tick update_loop animation_frame on_draw",
        "every(seconds)": "timer interval set_interval setinterval repeat schedule",
        "after(seconds, function)": "sleep wait delay set_timeout settimeout",
        "held(key)": "key_pressed is_pressed is_key_pressed key_down keys",
        "pointer()": "mouse cursor mouse_position",
        "node.remove()": "delete destroy remove",
        "sound('C4').play()": "play beep note play_sound",
        "above(thing)": "on on_top_of on_top over",
        "the size in numbers: the view is 1280 × 720": "width height screen view canvas",
        "random.random()": "rand",
        "random.randint(low, high)": "randint",
        "random.uniform(low, high)": "uniform",
        "(r, g, b) from 0 to 1": "rgb rgba hsv hsl color colour",
    }
)
